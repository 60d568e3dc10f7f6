"""Events to bytes and back. The bytes made here are stored, forwarded and read as they are."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from orders_contracts.envelope import SOURCE, AggregateType, Envelope
from orders_contracts.registry import REGISTRY, WRITTEN, EventData, event_type, name_of, schema_uri, version_of
from orders_contracts.timestamps import timestamp
from orders_contracts.upcasts import UPCASTS


class UnknownEventType(Exception):
    """The type, or this version of it, is not in the registry."""


class Metadata(NamedTuple):
    """What the envelope says beside the data. `occurred_at` is aware."""

    event_id: UUID
    aggregate_type: AggregateType
    aggregate_id: str
    aggregate_version: int
    occurred_at: datetime
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None
    actor: str | None = None


class Event(NamedTuple):
    """An envelope and its data, both read. The envelope's type is the one that was written, `data` is of today."""

    envelope: Envelope
    data: EventData


_encoder: Final = msgspec.json.Encoder()
_envelopes: Final = msgspec.json.Decoder(Envelope)
_types: Final = {model: type_ for type_, model in WRITTEN.items()}
_schemas: Final = {model: schema_uri(name_of(type_), version_of(type_)) for type_, model in WRITTEN.items()}
_decoders: Final = {type_: msgspec.json.Decoder(model) for type_, model in REGISTRY.items()}


def type_of(data: EventData) -> str:
    """The registered type of `data`, such as `orders.OrderCreated.v1`."""
    return _types[type(data)]


def encode_event(metadata: Metadata, data: EventData) -> bytes:
    """The final bytes of an event: UTF-8 JSON, some 1 kB for an order of three lines."""
    return _encoder.encode(
        Envelope(
            specversion="1.0",
            id=metadata.event_id,
            source=SOURCE,
            type=_types[type(data)],
            subject=metadata.aggregate_id,
            time=timestamp(metadata.occurred_at),
            datacontenttype="application/json",
            dataschema=_schemas[type(data)],
            partitionkey=metadata.aggregate_id,
            aggregatetype=metadata.aggregate_type,
            aggregateversion=metadata.aggregate_version,
            correlationid=metadata.correlation_id,
            causationid=metadata.causation_id,
            traceparent=metadata.traceparent,
            actor=metadata.actor,
            data=msgspec.Raw(_encoder.encode(data)),
        )
    )


def decode_event(raw: bytes) -> Event:
    """Read an event of any version, as its newest one; fields that are not known are passed over.

    Raises UnknownEventType, and msgspec.DecodeError or its subclass ValidationError for bytes that are no event.
    """
    try:
        envelope = _envelopes.decode(raw)
        decoder = _decoders.get(envelope.type)
        if decoder is None:
            raise UnknownEventType(envelope.type)
        data = decoder.decode(envelope.data)
        while upcast := UPCASTS.get(type(data)):
            data = upcast(data)
        return Event(envelope, data)
    except (UnicodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"JSON is malformed: {error}") from error


__all__ = ["Event", "Metadata", "UnknownEventType", "decode_event", "encode_event", "event_type", "type_of"]
