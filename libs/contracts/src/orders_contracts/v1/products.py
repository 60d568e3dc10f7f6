"""What happened to a product. Every event carries the product as it is afterwards; `available = on_hand - reserved`."""

from uuid import UUID

from msgspec import Struct


class ProductEvent(Struct, frozen=True, kw_only=True):
    """The product after the event. The price is in minor units of `currency`, stock is in units."""

    sku: str
    name: str
    unit_price_cents: int
    currency: str
    listed: bool
    on_hand: int
    reserved: int
    available: int


class ProductListed(ProductEvent, frozen=True, kw_only=True):
    """The product can be ordered, once it has stock."""


class ProductChanged(ProductEvent, frozen=True, kw_only=True):
    """Name or price are new. Lines that were there keep their price."""


class ProductDelisted(ProductEvent, frozen=True, kw_only=True):
    """The product takes no new order lines."""


class StockAdjusted(ProductEvent, frozen=True, kw_only=True):
    """`delta` units came or went, for `reason`."""

    delta: int
    reason: str


class StockReserved(ProductEvent, frozen=True, kw_only=True):
    """`quantity` units are held for the order."""

    order_id: UUID
    quantity: int


class StockReleased(ProductEvent, frozen=True, kw_only=True):
    """`quantity` units are no longer held for the order."""

    order_id: UUID
    quantity: int


class StockShipped(ProductEvent, frozen=True, kw_only=True):
    """`quantity` units, held for the order until now, left the house."""

    order_id: UUID
    quantity: int


class StockReturned(ProductEvent, frozen=True, kw_only=True):
    """`quantity` units of the order came back and can be sold again."""

    order_id: UUID
    quantity: int
