"""order_summary: lists of orders, by customer, status, date, total, SKU and reference; newest first."""

from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from projector.application.projections.order_document import OrderView
from projector.application.projections.read_model import Column, Kind, ReadModel

_encode: Final = msgspec.json.Encoder().encode


class OrderSummary(Struct, frozen=True):
    """The document, in the order of its keys."""

    order_id: str
    customer_id: UUID
    reference: str | None
    status: str
    version: int
    currency: str
    item_count: int
    total_cents: int
    created_at: str
    updated_at: str


class OrderSummaryRow(NamedTuple):
    """A row of the table. `created_at` is an RFC 3339 text, `skus` stand in the order of the lines."""

    order_id: bytes
    customer_id: bytes
    status: str
    reference: str | None
    total_cents: int
    skus: list[str]
    created_at: str
    doc: bytes


ORDER_SUMMARY: Final = ReadModel(
    "order_summary",
    OrderSummaryRow,
    (
        Column("order_id", Kind.UUID, key=True),
        Column("customer_id", Kind.UUID),
        Column("status", Kind.TEXT),
        Column("reference", Kind.TEXT, nullable=True),
        Column("total_cents", Kind.BIGINT),
        Column("skus", Kind.TEXTS),
        Column("created_at", Kind.MOMENT),
        Column("doc", Kind.JSON),
    ),
)


def order_summary_row(key: bytes, view: OrderView) -> OrderSummaryRow:
    """The row for an order that is folded already."""
    summary = OrderSummary(
        view.order_id,
        view.customer_id,
        view.reference,
        view.status,
        view.version,
        view.currency,
        view.item_count,
        view.total_cents,
        view.created_at,
        view.updated_at,
    )
    return OrderSummaryRow(
        key,
        view.customer_id.bytes,
        view.status,
        view.reference,
        view.total_cents,
        [line.sku for line in view.items],
        view.created_at,
        _encode(summary),
    )
