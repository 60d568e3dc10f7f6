"""A product: its price, its stock, and how orders hold and take that stock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypedDict

from orders_domain.errors import (
    CurrencyMismatch,
    InsufficientInventory,
    QuantityLimit,
    Shortage,
    StockBelowReserved,
    UnknownProduct,
)
from orders_domain.events import (
    ProductChanged,
    ProductEvent,
    ProductListed,
    StockAdjusted,
    StockReleased,
    StockReserved,
    StockShipped,
)
from orders_domain.values import MAX_STOCK, MAX_STOCK_DELTA, Currency, OrderId, Sku, require_price

StockEvents = dict[Sku, tuple[ProductEvent, ...]]


class _Facts(TypedDict):
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
        """Gives it a name and a price; nothing happens if it has both. Lines that exist keep their price.

        Raises CurrencyMismatch for another currency, ValueError for a price that is out of bounds.
        """
        require_price(unit_price_cents)
        if currency != self.currency:
            raise CurrencyMismatch(self.sku, self.currency, currency)
        if (name, unit_price_cents) == (self.name, self.unit_price_cents):
            return ()
        facts = _facts(self)
        facts["name"] = name
        facts["unit_price_cents"] = unit_price_cents
        return (ProductChanged(**facts),)

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
        return (StockAdjusted(**_facts(self, on_hand=delta), delta=delta, reason=reason),)


def require_available(products: Mapping[Sku, Product], quantities: Mapping[Sku, int]) -> None:
    """Raises InsufficientInventory with every SKU of which fewer units are available than asked for."""
    shortages = [
        Shortage(sku=sku, requested=quantity, available=product.available)
        for sku, quantity in quantities.items()
        if quantity > (product := _known(products, sku)).available
    ]
    if shortages:
        raise InsufficientInventory(shortages)


def reserve(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Holds units for an order, all SKUs or none. Answers with the events of each product, in SKU order.

    Raises InsufficientInventory that names every SKU in want, UnknownProduct for one without a product.
    """
    require_available(products, quantities)
    return {
        sku: (StockReserved(**_facts(products[sku], reserved=n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def release(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Lets go of units that the order holds. Answers and raises as `take_off_hand`."""
    _require_reserved(products, quantities)
    return {
        sku: (StockReleased(**_facts(products[sku], reserved=-n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def take_off_hand(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Sends off units that the order holds. Answers with the events of each product, in SKU order.

    Raises UnknownProduct for a SKU without a product, ValueError for more units than are reserved.
    """
    _require_reserved(products, quantities)
    return {
        sku: (StockShipped(**_facts(products[sku], on_hand=-n, reserved=-n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


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


def _known(products: Mapping[Sku, Product], sku: Sku) -> Product:
    product = products.get(sku)
    if product is None:
        raise UnknownProduct(sku)
    return product


def _require_reserved(products: Mapping[Sku, Product], quantities: Mapping[Sku, int]) -> None:
    for sku, quantity in quantities.items():
        held = _known(products, sku).reserved
        if not 0 < quantity <= held:
            raise ValueError(f"cannot give up {quantity} of {sku}: {held} are reserved")


def _facts(product: Product, *, on_hand: int = 0, reserved: int = 0) -> _Facts:
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price_cents": product.unit_price_cents,
        "currency": product.currency,
        "listed": product.listed,
        "on_hand": product.on_hand + on_hand,
        "reserved": product.reserved + reserved,
    }
