"""Decisions that settle what becomes of an order: that it stands, is called off, or is thrown away."""

from orders_domain.errors import EmptyOrder, IllegalTransition, MissingAddress
from orders_domain.events import OrderCancelled, OrderConfirmed, OrderDiscarded, OrderEvent
from orders_domain.order_state import OrderState
from orders_domain.values import OrderStatus


def confirm(order: OrderState) -> tuple[OrderEvent, ...]:
    """Makes the draft binding. The caller reserves `order.unshipped()` in the same transaction.

    Raises, in this order, IllegalTransition, EmptyOrder, MissingAddress.
    """
    order.require_status("confirm the order", OrderStatus.DRAFT)
    if not order.lines:
        raise EmptyOrder
    if order.shipping_address is None:
        raise MissingAddress
    return (OrderConfirmed(results=order.results_with_status(OrderStatus.CONFIRMED)),)


def cancel(order: OrderState, reason: str) -> tuple[OrderEvent, ...]:
    """Calls the order off. The caller releases `order.unshipped()` in the same transaction.

    Raises IllegalTransition unless it is confirmed or in review and nothing is shipped.
    """
    action = "cancel the order"
    order.require_status(action, OrderStatus.PENDING_REVIEW, OrderStatus.CONFIRMED)
    if order.anything_shipped:
        raise IllegalTransition(order.status, action, "part of it is shipped")
    return (OrderCancelled(reason=reason, results=order.results_with_status(OrderStatus.CANCELLED)),)


def discard(order: OrderState) -> tuple[OrderEvent, ...]:
    """Throws the draft away. Raises IllegalTransition for anything but a draft."""
    order.require_status("discard the order", OrderStatus.DRAFT)
    return (OrderDiscarded(results=order.results_with_status(OrderStatus.DISCARDED)),)
