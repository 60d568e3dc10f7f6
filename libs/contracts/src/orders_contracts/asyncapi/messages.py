"""The messages of the link: one per event type and version, and what relays and readers say to each other."""

from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from orders_contracts.asyncapi.meanings import notes
from orders_contracts.envelope import Envelope
from orders_contracts.heads import Heads, encode_heads
from orders_contracts.registry import REGISTRY, WRITTEN, name_of, schema_uri, version_of
from orders_contracts.replay import ReplayRequest, encode_request, reply_stream
from orders_contracts.schema import schema_of
from orders_contracts.streams import FIELD_EVENT_ID, FIELD_PREV, FIELD_TYPE

SCHEMAS: Final = "../../libs/contracts/src/orders_contracts/schemas"
"""From docs/api, where the document lies."""
_EXAMPLES: Final = files("orders_contracts") / "examples"
_PREVIOUS: Final = "019abcdf-ffff-7000-8000-0000000e7e47"
_HEADS: Final = Heads(
    epoch=1,
    tick=41,
    sequences=(17, 9, 0, 4, 12, 30, 8, 21),
    at="2026-11-22T09:14:03.000001Z",
    logged=(17, 9, 0, 4, 12, 30, 8, 21),
)
_REQUEST: Final = ReplayRequest(
    projection="notifier",
    partition=5,
    epoch=1,
    first=18,
    count=1_000,
    reply_to=reply_stream("notifier", 5, "5f0c7a5264f14a7e"),
)


def event_names() -> list[str]:
    """`OrderCreated.v1` for each event type and version, in the order of the registry."""
    return [_stem(type_) for type_ in REGISTRY]


def messages() -> dict[str, Any]:
    """All messages by their names in the document."""
    return {_stem(type_): _event(type_, model) for type_, model in REGISTRY.items()} | {
        "Heads": _told("Heads", Heads, encode_heads(_HEADS)),
        "ReplayRequest": _told("ReplayRequest", ReplayRequest, encode_request(_REQUEST)),
        "Heartbeat": {
            "name": "Heartbeat",
            "summary": "A replica is alive.",
            "contentType": "text/plain",
            "payload": {"type": "string", "description": "Name of the replica: a member of the set."},
            "examples": [{"payload": "host-1:4711:5f0c7a52"}],
        },
    }


def schemas() -> dict[str, Any]:
    """What the messages share: the fields of an entry, and the envelope."""
    return {
        "EntryFields": {
            "type": "object",
            "properties": {
                FIELD_EVENT_ID: {"type": "string", "format": "uuid", "description": "The event's id, as in `data`."},
                FIELD_TYPE: {"type": "string", "description": "The event's type, as in `data`."},
                FIELD_PREV: {
                    "type": "string",
                    "description": "Id of the partition's event before this one; empty for the first.",
                },
            },
            "required": [FIELD_EVENT_ID, FIELD_TYPE, FIELD_PREV],
        },
        "Envelope": _described("Envelope.v1.json", Envelope),
    }


def _event(type_: str, model: type[Struct]) -> dict[str, Any]:
    example: dict[str, Any] = msgspec.json.decode((_EXAMPLES / f"{_stem(type_)}.json").read_bytes())
    name, version = name_of(type_), version_of(type_)
    of_this = {"type": {"const": type_}, "dataschema": {"const": schema_uri(name, version)}}
    data = {"data": _described(f"{_stem(type_)}.json", model)}
    headers = {FIELD_EVENT_ID: example["id"], FIELD_TYPE: type_, FIELD_PREV: _PREVIOUS}
    return {
        "name": type_,
        "title": f"{name}, version {version}",
        "summary": _summary(model),
        "contentType": "application/cloudevents+json",
        "correlationId": {"$ref": "#/components/correlationIds/request"},
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/EntryFields"},
                {"type": "object", "properties": {FIELD_TYPE: {"const": type_}}},
            ]
        },
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, {"properties": of_this | data}]},
        "examples": [{"headers": headers, "payload": example}],
        "x-written": type_ in WRITTEN,
    }


def _told(name: str, model: type[Struct], example: bytes) -> dict[str, Any]:
    return {
        "name": name,
        "summary": _summary(model),
        "contentType": "application/json",
        "payload": _described(f"{name}.v1.json", model),
        "examples": [{"payload": msgspec.json.decode(example)}],
    }


def _described(file: str, model: type[Struct]) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"{SCHEMAS}/{file}"}, notes(schema_of(model, 1))]}


def _summary(model: type[Struct]) -> str:
    return " ".join((model.__doc__ or "").split())


def _stem(type_: str) -> str:
    return f"{name_of(type_)}.v{version_of(type_)}"
