"""product_view: price and availability. Every product event carries the product whole, so nothing is loaded."""

from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from orders_contracts.envelope import Envelope
from orders_contracts.products import ProductEvent
from projector.application.projections.read_model import Column, Kind, ReadModel

_encode: Final = msgspec.json.Encoder().encode


class ProductView(Struct, frozen=True):
    """The document, in the order of its keys."""

    sku: str
    name: str
    unit_price_cents: int
    currency: str
    listed: bool
    on_hand: int
    reserved: int
    available: int
    version: int
    updated_at: str


class ProductViewRow(NamedTuple):
    """A row of the table."""

    sku: str
    version: int
    listed: bool
    doc: bytes


PRODUCT_VIEW: Final = ReadModel(
    "product_view",
    ProductViewRow,
    (
        Column("sku", Kind.TEXT, key=True),
        Column("version", Kind.BIGINT),
        Column("listed", Kind.BOOLEAN),
        Column("doc", Kind.JSON),
    ),
    newest="version",
)


def product_view_row(envelope: Envelope, data: ProductEvent) -> ProductViewRow:
    """The row for a product as it is after this event."""
    view = ProductView(
        data.sku,
        data.name,
        data.unit_price_cents,
        data.currency,
        data.listed,
        data.on_hand,
        data.reserved,
        data.available,
        envelope.aggregateversion,
        envelope.time,
    )
    return ProductViewRow(data.sku, envelope.aggregateversion, data.listed, _encode(view))
