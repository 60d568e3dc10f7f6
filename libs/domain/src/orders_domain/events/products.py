"""What happens to a product."""

from dataclasses import dataclass

from orders_domain.values import Currency, OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChange:
    """What all product events have: the product as it is now. Stock in units, price in minor units."""

    sku: Sku
    name: str
    unit_price_cents: int
    currency: Currency
    listed: bool
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Units on hand that no order holds."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductListed(ProductChange):
    """A product is sold from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(ProductChange):
    """It has another name or price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDelisted(ProductChange):
    """It takes no new order lines; orders that have it go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(ProductChange):
    """Someone counted, bought or lost so many units (signed)."""

    delta: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReserved(ProductChange):
    """An order holds so many more units."""

    order_id: OrderId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReleased(ProductChange):
    """An order let go of so many units."""

    order_id: OrderId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockShipped(ProductChange):
    """So many units that an order held have left the house."""

    order_id: OrderId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReturned(ProductChange):
    """So many units of an order have come back to be sold again."""

    order_id: OrderId
    quantity: int
