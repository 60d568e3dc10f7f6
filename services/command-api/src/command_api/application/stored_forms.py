"""Commands as they are stored until they are run, perhaps by a newer version of this service."""

from collections.abc import Collection
from typing import Any, Final

import msgspec

_encoder: Final = msgspec.json.Encoder()


class StoredForms:
    """The stored forms of all commands that this version knows: the type's name, and its fields as JSON.

    Both are a promise to the next version: a field that it adds has a default, and no name changes its meaning. The
    last version, which may run beside it for a while, passes over such a field: one that it must not miss takes a new
    type of command, which that version leaves alone.
    """

    def __init__(self, commands: Collection[type]) -> None:
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {
            command.__name__: msgspec.json.Decoder(command) for command in commands
        }

    @property
    def kinds(self) -> Collection[str]:
        """The names of the types."""
        return self._decoders.keys()

    def decode(self, kind: str, body: bytes) -> Any:
        """The command again. Raises LookupError, ValueError."""
        return self._decoders[kind].decode(body)


def stored_form(command: object) -> tuple[str, bytes]:
    """The kind and the body of a command."""
    return type(command).__name__, _encoder.encode(command)
