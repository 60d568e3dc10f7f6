"""Keys that let a caller send a request again without fear: what they stand for, and what is kept under them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from command_api.application.outcome import Outcome
from orders_domain.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a caller is told, as it goes over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer under the key that it was given for. `scope` and `fingerprint` are digests of 32 bytes."""

    scope: bytes
    fingerprint: bytes
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key on its way with its command. `answer` says what the caller is told of an outcome, or of a refusal.

    `scope` is one for each caller, operation and key; `fingerprint` is that of the command.
    """

    scope: bytes
    fingerprint: bytes
    answer: Callable[[Outcome | DomainError], Answer]

    def stored(self, told: Outcome | DomainError) -> StoredAnswer:
        """What is kept of this end of the command."""
        return StoredAnswer(scope=self.scope, fingerprint=self.fingerprint, answer=self.answer(told))


def scope_of(*, actor: str | None, method: str, route: str, key: str) -> bytes:
    """The 32 bytes under which the answer to a key is kept. `route` is the operation's path, without its values."""
    return sha256(msgspec.json.encode([actor, method, route, key])).digest()


def fingerprint_of(command: object, made: Collection[UUID]) -> bytes:
    """32 bytes that are the same for the same command, sent again.

    `made` are the ids that this service has made for it: the next time there will be others. What is None does not
    count, so that a field that a later version adds leaves the fingerprints of those who do not use it as they are.
    """
    names = {str(one) for one in made}
    content = [type(command).__name__, _without(names, msgspec.to_builtins(command))]
    return sha256(msgspec.json.encode(content, order="deterministic")).digest()


def _without(made: Collection[str], part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _without(made, value) for name, value in part.items() if value is not None}
    if isinstance(part, list | tuple):
        return [_without(made, value) for value in part]
    return "made here" if part in made else part
