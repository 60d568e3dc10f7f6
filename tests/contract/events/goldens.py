"""The golden examples and the schemas, as they are committed."""

from importlib.resources import files
from typing import Any, Final

import jsonschema_rs
import msgspec
import orjson

from orders_contracts.registry import REGISTRY, WRITTEN, name_of

_PACKAGE: Final = files("orders_contracts")
TYPES: Final = sorted(REGISTRY)
"""Every event that a reader may meet."""
WRITTEN_TYPES: Final = sorted(WRITTEN)
"""Those that are written today."""


def file_name(type_: str) -> str:
    """`OrderCreated.v1.json` for `orders.OrderCreated.v1`."""
    return f"{name_of(type_)}.{type_.rpartition('.')[2]}.json"


def names(folder: str) -> set[str]:
    """What lies in `schemas` or `examples`."""
    return {file.name for file in (_PACKAGE / folder).iterdir()}


def schema(name: str) -> dict[str, Any]:
    """The committed schema in the file `name`."""
    document: dict[str, Any] = orjson.loads((_PACKAGE / "schemas" / name).read_bytes())
    return document


def golden(type_: str) -> bytes:
    """The example event of `type_`, as the stream would carry it."""
    return msgspec.json.format((_PACKAGE / "examples" / file_name(type_)).read_bytes(), indent=-1)


def printed(event: bytes) -> bytes:
    """An event the way it is committed, for people to read."""
    return msgspec.json.format(event, indent=2) + b"\n"


def faults(schema_name: str, document: object) -> list[str]:
    """How `document` breaks the schema in the file `schema_name`; formats count."""
    validator = jsonschema_rs.validator_for(schema(schema_name), validate_formats=True)
    return [f"{'/'.join(map(str, fault.instance_path))}: {fault.message}" for fault in validator.iter_errors(document)]


def faults_of_event(event: bytes) -> list[str]:
    """How an event breaks the schema of the envelope, or that of its data."""
    envelope = orjson.loads(event)
    return faults("Envelope.v1.json", envelope) + faults(file_name(envelope["type"]), envelope["data"])
