"""JSON Schemas of all that crosses, generated from the models. `python -m orders_contracts.schema` writes the files.

They are the producer's view, and closed: what they do not name is not sent. Readers go by the models, which pass
over what they do not know.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from orders_contracts.envelope import Envelope
from orders_contracts.heads import Heads
from orders_contracts.registry import REGISTRY, schema_uri, version_of
from orders_contracts.replay import ReplayRequest

FOLDER: Final = Path(__file__).with_name("schemas")
"""One file per event type and version, `OrderCreated.v1.json`; one each for envelope, heads and replay request."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type[Struct], version: int) -> dict[str, Any]:
    """The schema of what `model` writes (JSON Schema 2020-12). For an event that is its `data`."""
    _, parts = msgspec.json.schema_components([model], ref_template="#/$defs/{name}")
    for part in parts.values():
        part["additionalProperties"] = False
    document = {"$schema": _DIALECT, "$id": schema_uri(model.__name__, version), **parts.pop(model.__name__)}
    return document | {"$defs": parts} if parts else document


def documents() -> dict[str, bytes]:
    """All schema files by name, as they should be."""
    versioned = [(model, version_of(type_)) for type_, model in REGISTRY.items()]
    return {
        f"{model.__name__}.v{version}.json": _file(schema_of(model, version))
        for model, version in [*versioned, (Envelope, 1), (Heads, 1), (ReplayRequest, 1)]
    }


def write(folder: Path) -> None:
    """Make the JSON files in `folder` those of `documents`, no more and no fewer."""
    wanted = documents()
    for file in folder.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, content in wanted.items():
        (folder / name).write_bytes(content)


def _file(document: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


if __name__ == "__main__":
    write(FOLDER)
