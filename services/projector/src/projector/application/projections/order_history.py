"""order_history: who did what, when; one row per event, with the event's data as they came."""

from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from orders_contracts.envelope import Envelope
from orders_contracts.registry import name_of
from projector.application.projections.read_model import Column, Kind, ReadModel

_encode: Final = msgspec.json.Encoder().encode


class HistoryEntry(Struct, frozen=True):
    """The document, in the order of its keys."""

    version: int
    type: str
    occurred_at: str
    actor: str | None
    data: Raw


class OrderHistoryRow(NamedTuple):
    """A row of the table."""

    order_id: bytes
    version: int
    doc: bytes


ORDER_HISTORY: Final = ReadModel(
    "order_history",
    OrderHistoryRow,
    (
        Column("order_id", Kind.UUID, key=True),
        Column("version", Kind.BIGINT, key=True),
        Column("doc", Kind.JSON),
    ),
    appended=True,
)


def order_history_row(key: bytes, envelope: Envelope) -> OrderHistoryRow:
    """The row for one event of the order `key`."""
    version = envelope.aggregateversion
    entry = HistoryEntry(version, name_of(envelope.type), envelope.time, envelope.actor, envelope.data)
    return OrderHistoryRow(key, version, _encode(entry))
