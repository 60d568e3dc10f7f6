"""Every refusal of the domain, each with a stable code for programs and a plain sentence for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from orders_domain.values import Currency, OrderId, OrderStatus, ShipmentId, Sku


class DomainError(Exception):
    """A rule said no. Nothing has changed.

    `code` never changes once published; `detail` is a sentence; `extra` holds the facts, ready for JSON.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, object] = extra


class IllegalTransition(DomainError):
    """The order's present state does not allow the command."""

    code = "illegal_transition"

    def __init__(self, status: OrderStatus, action: str, because: str | None = None) -> None:
        reason = f" and {because}" if because else ""
        super().__init__(f"Cannot {action}: the order is {status.value}{reason}.", state=status.value)


class EmptyOrder(DomainError):
    """There is nothing to confirm."""

    code = "empty_order"

    def __init__(self) -> None:
        super().__init__("Cannot confirm empty order")


class MissingAddress(DomainError):
    """There is nowhere to send it."""

    code = "missing_address"

    def __init__(self) -> None:
        super().__init__("Cannot confirm an order without a shipping address.")


class OrderNotFound(DomainError):
    """No order has this id."""

    code = "order_not_found"

    def __init__(self, order_id: OrderId) -> None:
        super().__init__(f"There is no order {order_id}.", order_id=str(order_id))


class ItemNotFound(DomainError):
    """The order has no line of this SKU."""

    code = "item_not_found"

    def __init__(self, sku: Sku) -> None:
        super().__init__(f"The order has no item {sku}.", sku=sku)


class ShipmentNotFound(DomainError):
    """The order has no shipment of this id."""

    code = "shipment_not_found"

    def __init__(self, shipment_id: ShipmentId) -> None:
        super().__init__(f"The order has no shipment {shipment_id}.", shipment_id=str(shipment_id))


class QuantityLimit(DomainError):
    """A line, or a stock, would grow beyond its limit."""

    code = "quantity_limit"

    def __init__(self, sku: Sku, limit: int) -> None:
        super().__init__(f"There cannot be more than {limit} of {sku}.", sku=sku, limit=limit)


class LineLimit(DomainError):
    """The order would have too many lines."""

    code = "line_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An order has at most {limit} lines.", limit=limit)


class ShipmentExceedsOrdered(DomainError):
    """More would be shipped than is ordered and neither shipped nor cancelled."""

    code = "shipment_exceeds_ordered"

    def __init__(self, sku: Sku, requested: int, unshipped: int) -> None:
        super().__init__(
            f"Cannot ship {requested} of {sku}: {unshipped} are left to ship.",
            sku=sku,
            requested=requested,
            unshipped=unshipped,
        )


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
