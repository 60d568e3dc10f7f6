"""Decisions on money: what was paid for an order, and what was paid back."""

from orders_domain.errors import DuplicateReference, Overpayment, RefundExceedsPaid
from orders_domain.events import OrderEvent, PaymentRecorded, RefundRecorded
from orders_domain.order_state import OrderState
from orders_domain.parts import require_room
from orders_domain.values import MAX_PAYMENT_CENTS, OrderStatus


def record_payment(
    order: OrderState, amount_cents: int, reference: str, reason: str | None, *, allow_overpayment: bool
) -> tuple[OrderEvent, ...]:
    """Notes that so much was paid.

    Raises, in this order, IllegalTransition, DuplicateReference, PartLimit, Overpayment; ValueError for an amount
    out of bounds.
    """
    _require_amount(amount_cents)
    order.require_status("record a payment", OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
    if any(payment.reference == reference for payment in order.payments):
        raise DuplicateReference(reference)
    require_room("payments", order.payments)
    paid, refunded = order.paid_cents, order.refunded_cents
    due = max(0, order.results.total_cents - (paid - refunded))
    if amount_cents > due and not allow_overpayment:
        raise Overpayment(amount_cents, due)
    recorded = PaymentRecorded(
        amount_cents=amount_cents,
        reference=reference,
        reason=reason,
        paid_cents=paid + amount_cents,
        refunded_cents=refunded,
        results=order.results_with(paid=paid + amount_cents),
    )
    return (recorded,)


def record_refund(order: OrderState, amount_cents: int, reference: str, reason: str | None) -> tuple[OrderEvent, ...]:
    """Notes that so much was paid back.

    Raises, in this order, IllegalTransition, DuplicateReference, PartLimit, RefundExceedsPaid; ValueError for an amount
    out of bounds.
    """
    _require_amount(amount_cents)
    allowed = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED, OrderStatus.CANCELLED)
    order.require_status("record a refund", *allowed)
    if any(refund.reference == reference for refund in order.refunds):
        raise DuplicateReference(reference)
    require_room("refunds", order.refunds)
    paid, refunded = order.paid_cents, order.refunded_cents
    if refunded + amount_cents > paid:
        raise RefundExceedsPaid(amount_cents, paid - refunded)
    recorded = RefundRecorded(
        amount_cents=amount_cents,
        reference=reference,
        reason=reason,
        paid_cents=paid,
        refunded_cents=refunded + amount_cents,
        results=order.results_with(refunded=refunded + amount_cents),
    )
    return (recorded,)


def _require_amount(amount_cents: int) -> None:
    if not 1 <= amount_cents <= MAX_PAYMENT_CENTS:
        raise ValueError(f"an amount is 1 to {MAX_PAYMENT_CENTS} minor units")
