"""Decisions on an order, ready to be taken, and orders at the stages that they lead to."""

from orders_domain.events import OrderEvent
from orders_domain.order import Order
from orders_domain.values import ChargeKind, DiscountCode, FraudVerdict, ReturnId, ShipmentId, Sku
from tests.unit.orders_domain.examples import (
    PARCEL,
    Decision,
    after,
    cancelled,
    completed,
    confirmed,
    delivering,
    discarded,
    draft,
    items,
    product,
    shipping,
)


def adding(sku: Sku, quantity: int, on_hand: int = 10_000, reserved: int = 0) -> Decision:
    """To add units of a product with so many on hand and so many held."""
    return lambda order: order.add_item(sku, quantity, product(sku, on_hand=on_hand, reserved=reserved))


def changing(sku: Sku, quantity: int, on_hand: int = 10_000) -> Decision:
    """To give a line another quantity, with so many on hand."""
    return lambda order: order.change_item_quantity(sku, quantity, product(sku, on_hand=on_hand))


def percent(code: str, basis_points: int) -> Decision:
    """To take a percentage off."""
    return lambda order: order.apply_discount(DiscountCode(code), percent_bp=basis_points, amount_cents=None)


def amount(code: str, cents: int) -> Decision:
    """To take an amount off."""
    return lambda order: order.apply_discount(DiscountCode(code), percent_bp=None, amount_cents=cents)


def removing_discount(code: str) -> Decision:
    """To take a discount back."""
    return lambda order: order.remove_discount(DiscountCode(code))


def charging(kind: ChargeKind, cents: int, label: str | None = None) -> Decision:
    """To charge for something beside the goods."""
    return lambda order: order.set_charge(kind, label, cents)


def confirming(verdict: FraudVerdict) -> Decision:
    """To confirm as a fraud check sees it."""
    return lambda order: order.confirm(verdict)


def approving(order: Order) -> tuple[OrderEvent, ...]:
    """To let an order in review stand."""
    return order.approve_review("Grace", "knows the customer")


def declining(order: Order) -> tuple[OrderEvent, ...]:
    """To call an order in review off."""
    return order.decline_review("Grace", "no such street")


def cancelling_item(sku: Sku, quantity: int) -> Decision:
    """To take units off a confirmed order."""
    return lambda order: order.cancel_item(sku, quantity, "out of fashion")


def paying(
    cents: int, reference: str = "bank-1", reason: str | None = None, *, allow_overpayment: bool = False
) -> Decision:
    """To note a payment."""
    return lambda order: order.record_payment(cents, reference, reason, allow_overpayment=allow_overpayment)


def refunding(cents: int, reference: str = "back-1", reason: str | None = None) -> Decision:
    """To note a refund."""
    return lambda order: order.record_refund(cents, reference, reason)


def requesting(return_id: ReturnId, **quantities: int) -> Decision:
    """To ask for a return of these items."""
    return lambda order: order.request_return(return_id, items(**quantities), "chipped")


def receiving(return_id: ReturnId, *, restock: bool = True) -> Decision:
    """To note that a return has come back."""
    return lambda order: order.receive_return(return_id, restock=restock)


def rejecting(return_id: ReturnId) -> Decision:
    """To note that a return is not taken back."""
    return lambda order: order.reject_return(return_id, "worn")


def noting(text: str) -> Decision:
    """To keep a remark."""
    return lambda order: order.add_note(text)


def held(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of an order in review."""
    return after(draft(**quantities), confirming(FraudVerdict.REVIEW))


def rejected(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of an order that was refused as fraudulent."""
    return after(draft(**quantities), confirming(FraudVerdict.DENY))


def expired(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a draft that was left alone for too long."""
    return after(draft(**quantities), Order.expire)


def arrived(parcel: ShipmentId = PARCEL, **quantities: int) -> tuple[Decision, Decision]:
    """To send these items and to note that they arrived."""
    return shipping(parcel, **quantities), delivering(parcel)


STAGES = {
    "DRAFT": draft(CUP=2),
    "PENDING_REVIEW": held(CUP=2),
    "CONFIRMED": confirmed(CUP=2),
    "COMPLETED": completed(CUP=2),
    "CANCELLED": cancelled(CUP=2),
    "REJECTED": rejected(CUP=2),
    "DISCARDED": discarded(CUP=2),
    "EXPIRED": expired(CUP=2),
}
"""The events of two cups' order in each state."""
