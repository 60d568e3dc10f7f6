"""Decisions that settle what becomes of an order: that it stands, is called off, or is thrown away."""

from orders_domain.errors import EmptyOrder, IllegalTransition, MissingAddress
from orders_domain.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDiscarded,
    OrderEvent,
    OrderExpired,
    OrderHeldForReview,
    OrderRejected,
)
from orders_domain.order_state import OrderState
from orders_domain.values import FraudVerdict, OrderStatus


def confirm(order: OrderState, verdict: FraudVerdict = FraudVerdict.APPROVE) -> tuple[OrderEvent, ...]:
    """Makes the draft binding, holds it for a review, or rejects it, as a fraud check sees it.

    Unless it is rejected, the caller reserves `order.unshipped()` in the same transaction.
    Raises, in this order, IllegalTransition, EmptyOrder, MissingAddress.
    """
    order.require_status("confirm the order", OrderStatus.DRAFT)
    if not order.lines:
        raise EmptyOrder
    if order.shipping_address is None:
        raise MissingAddress
    match verdict:
        case FraudVerdict.APPROVE:
            return (OrderConfirmed(results=order.results_with(status=OrderStatus.CONFIRMED)),)
        case FraudVerdict.REVIEW:
            return (OrderHeldForReview(results=order.results_with(status=OrderStatus.PENDING_REVIEW)),)
        case FraudVerdict.DENY:
            return (OrderRejected(results=order.results_with(status=OrderStatus.REJECTED)),)


def cancel(order: OrderState, reason: str) -> tuple[OrderEvent, ...]:
    """Calls the order off. The caller releases `order.unshipped()` in the same transaction.

    Raises IllegalTransition unless it is confirmed or in review and nothing is shipped.
    """
    action = "cancel the order"
    order.require_status(action, OrderStatus.PENDING_REVIEW, OrderStatus.CONFIRMED)
    if order.anything_shipped:
        raise IllegalTransition(order.status, action, "part of it is shipped")
    return (OrderCancelled(reason=reason, results=order.results_with(status=OrderStatus.CANCELLED)),)


def discard(order: OrderState) -> tuple[OrderEvent, ...]:
    """Throws the draft away. Raises IllegalTransition for anything but a draft."""
    order.require_status("discard the order", OrderStatus.DRAFT)
    return (OrderDiscarded(results=order.results_with(status=OrderStatus.DISCARDED)),)


def expire(order: OrderState) -> tuple[OrderEvent, ...]:
    """Ends a draft that was left alone. Raises IllegalTransition for anything but a draft."""
    order.require_status("let the order expire", OrderStatus.DRAFT)
    return (OrderExpired(results=order.results_with(status=OrderStatus.EXPIRED)),)
