"""A product: what it is called, what it costs, and whether it is sold."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypedDict

from orders_domain.errors import (
    CurrencyMismatch,
    QuantityLimit,
    StockBelowReserved,
)
from orders_domain.events import (
    ProductChanged,
    ProductDelisted,
    ProductEvent,
    ProductListed,
    StockAdjusted,
)
from orders_domain.values import MAX_STOCK, MAX_STOCK_DELTA, Currency, Sku, require_price


class Facts(TypedDict):
    """What every product event says."""

    sku: Sku
    name: str
    unit_price_cents: int
    currency: Currency
    listed: bool
    on_hand: int
    reserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is sold under one SKU. Stock in units, price in minor units of the currency, which never changes."""

    sku: Sku
    version: int
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

    @staticmethod
    def list_new(*, sku: Sku, name: str, unit_price_cents: int, currency: Currency) -> tuple[ProductEvent, ...]:
        """Begins to sell it, with nothing on hand. Raises ValueError for a price that is out of bounds."""
        require_price(unit_price_cents)
        listed = ProductListed(
            sku=sku,
            name=name,
            unit_price_cents=unit_price_cents,
            currency=currency,
            listed=True,
            on_hand=0,
            reserved=0,
        )
        return (listed,)

    def change(self, name: str, unit_price_cents: int, currency: Currency) -> tuple[ProductEvent, ...]:
        """Sells it under a name, for a price; nothing happens if that is so. Lines that exist keep their price.

        Raises CurrencyMismatch for another currency, ValueError for a price that is out of bounds.
        """
        require_price(unit_price_cents)
        if currency != self.currency:
            raise CurrencyMismatch(self.sku, self.currency, currency)
        if (name, unit_price_cents, True) == (self.name, self.unit_price_cents, self.listed):
            return ()
        changed = facts(self)
        changed["name"], changed["unit_price_cents"], changed["listed"] = name, unit_price_cents, True
        return (ProductChanged(**changed),)

    def delist(self) -> tuple[ProductEvent, ...]:
        """Ends its sale; nothing happens if that has ended. Orders that have it go on."""
        if not self.listed:
            return ()
        delisted = facts(self)
        delisted["listed"] = False
        return (ProductDelisted(**delisted),)

    def adjust_stock(self, delta: int, reason: str) -> tuple[ProductEvent, ...]:
        """Puts `delta` units (signed) on hand; nothing happens for 0.

        Raises StockBelowReserved where orders hold more than would be left, QuantityLimit above MAX_STOCK,
        ValueError for a difference beyond MAX_STOCK_DELTA.
        """
        if abs(delta) > MAX_STOCK_DELTA:
            raise ValueError(f"a stock difference is at most {MAX_STOCK_DELTA} either way")
        if delta == 0:
            return ()
        on_hand = self.on_hand + delta
        if on_hand < self.reserved:
            raise StockBelowReserved(self.sku, on_hand=self.on_hand, reserved=self.reserved, delta=delta)
        if on_hand > MAX_STOCK:
            raise QuantityLimit(self.sku, MAX_STOCK)
        return (StockAdjusted(**facts(self, on_hand=delta), delta=delta, reason=reason),)


def evolve_product(product: Product | None, event: ProductEvent) -> Product:
    """The product after the event. Raises ValueError for a second beginning, or for none."""
    if (product is None) is not isinstance(event, ProductListed):
        raise ValueError("the first event of a product, and no other, is ProductListed")
    return Product(
        sku=event.sku,
        version=1 if product is None else product.version + 1,
        name=event.name,
        unit_price_cents=event.unit_price_cents,
        currency=event.currency,
        listed=event.listed,
        on_hand=event.on_hand,
        reserved=event.reserved,
    )


def fold_product(events: Iterable[ProductEvent]) -> Product:
    """The product that its events, from the first on, add up to. Raises ValueError where there is none."""
    product = reduce(evolve_product, events, None)
    if product is None:
        raise ValueError("no event, no product")
    return product


def facts(product: Product, *, on_hand: int = 0, reserved: int = 0) -> Facts:
    """What an event says of the product, with so many units more (or less) on hand and reserved."""
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price_cents": product.unit_price_cents,
        "currency": product.currency,
        "listed": product.listed,
        "on_hand": product.on_hand + on_hand,
        "reserved": product.reserved + reserved,
    }
