"""product_view: price and availability. Every product event carries the product whole, so nothing is loaded."""

from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from orders_contracts.envelope import Envelope
from orders_contracts.products import ProductEvent

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
