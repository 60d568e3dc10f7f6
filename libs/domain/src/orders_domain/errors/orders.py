"""Refusals that concern an order, its life and its lines."""

from orders_domain.errors.refusal import DomainError
from orders_domain.values import OrderId, OrderStatus, Sku


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


class LineLimit(DomainError):
    """The order would have too many lines."""

    code = "line_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An order has at most {limit} lines.", limit=limit)


class PartLimit(DomainError):
    """The order has as many discounts, payments, refunds, shipments or returns as it may have."""

    code = "part_limit"

    def __init__(self, part: str, limit: int) -> None:
        super().__init__(f"An order has at most {limit} {part}.", part=part, limit=limit)


class NoteLimit(DomainError):
    """The order has as many notes as it may have."""

    code = "note_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An order has at most {limit} notes.", limit=limit)
