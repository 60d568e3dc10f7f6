"""Refusals that concern products and their stock."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders_domain.errors.refusal import DomainError
from orders_domain.values import Currency, Sku


class ProductNotFound(DomainError):
    """The product that the command is addressed to does not exist."""

    code = "product_not_found"

    def __init__(self, sku: Sku) -> None:
        super().__init__(f"There is no product {sku}.", sku=sku)


class UnknownProduct(DomainError):
    """An order names a SKU that no product has."""

    code = "unknown_product"

    def __init__(self, sku: Sku) -> None:
        super().__init__(f"No product has the SKU {sku}.", sku=sku)


class ProductDelisted(DomainError):
    """The product takes no new order lines."""

    code = "product_delisted"

    def __init__(self, sku: Sku) -> None:
        super().__init__(f"Product {sku} is no longer sold.", sku=sku)


class CurrencyMismatch(DomainError):
    """One currency per order, and one for ever per product."""

    code = "currency_mismatch"

    def __init__(self, sku: Sku, expected: Currency, actual: Currency) -> None:
        super().__init__(
            f"The currency for {sku} must be {expected}, not {actual}.",
            sku=sku,
            expected=expected,
            actual=actual,
        )


class QuantityLimit(DomainError):
    """A line, or a stock, would grow beyond its limit."""

    code = "quantity_limit"

    def __init__(self, sku: Sku, limit: int) -> None:
        super().__init__(f"There cannot be more than {limit} of {sku}.", sku=sku, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Of one SKU: how many units were asked for, how many are to be had."""

    sku: Sku
    requested: int
    available: int


class InsufficientInventory(DomainError):
    """Of one SKU or more, fewer units are available than asked for. All of them are named."""

    code = "insufficient_inventory"

    def __init__(self, shortages: Iterable[Shortage]) -> None:
        items = [{"sku": s.sku, "requested": s.requested, "available": s.available} for s in shortages]
        names = ", ".join(str(item["sku"]) for item in items)
        super().__init__(f"Not enough in stock of {names}.", items=items)


class StockBelowReserved(DomainError):
    """Orders hold more than would be left on hand."""

    code = "stock_below_reserved"

    def __init__(self, sku: Sku, *, on_hand: int, reserved: int, delta: int) -> None:
        super().__init__(
            f"Cannot adjust the stock of {sku} by {delta}: {on_hand} are on hand and {reserved} of them reserved.",
            sku=sku,
            on_hand=on_hand,
            reserved=reserved,
            delta=delta,
        )
