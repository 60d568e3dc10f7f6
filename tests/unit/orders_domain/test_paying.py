"""Money that comes and goes back: how much may, under which reference, and what the order then is."""

import pytest

from orders_domain.errors import DuplicateReference, IllegalTransition, Overpayment, RefundExceedsPaid
from orders_domain.events import PaymentRecorded, RefundRecorded
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.parts import Payment
from orders_domain.pricing import payment_status
from orders_domain.values import MAX_PAYMENT_CENTS, ChargeKind, OrderStatus, PaymentStatus
from tests.unit.orders_domain.examples import CUP, after, confirmed, draft, results
from tests.unit.orders_domain.moments import cancelling_item, charging, paying, percent, refunding
from tests.unit.orders_domain.scenario import given

CONFIRMED = OrderStatus.CONFIRMED
UNPAID, PART_PAID, PAID = PaymentStatus.UNPAID, PaymentStatus.PART_PAID, PaymentStatus.PAID
PART_REFUNDED, REFUNDED = PaymentStatus.PART_REFUNDED, PaymentStatus.REFUNDED


@pytest.mark.parametrize(
    ("total", "paid", "refunded", "expected"),
    [
        (500, 0, 0, UNPAID),
        (500, 1, 0, PART_PAID),
        (500, 499, 0, PART_PAID),
        (500, 500, 0, PAID),
        (500, 501, 0, PAID),
        (500, 600, 100, PAID),
        (500, 500, 1, PART_REFUNDED),
        (500, 400, 100, PART_REFUNDED),
        (500, 500, 500, REFUNDED),
        (500, 1, 1, REFUNDED),
        (0, 0, 0, PAID),
        (0, 500, 0, PAID),
        (0, 500, 499, PAID),
        (0, 500, 500, REFUNDED),
    ],
)
def test_what_an_order_is_follows_from_what_was_paid_less_what_was_paid_back(
    total: int, paid: int, refunded: int, expected: PaymentStatus
) -> None:
    assert payment_status(total, paid, refunded) is expected


def test_a_part_is_paid_and_then_the_rest() -> None:
    first = PaymentRecorded(
        amount_cents=200,
        reference="bank-1",
        reason=None,
        paid_cents=200,
        refunded_cents=0,
        results=results(CONFIRMED, 500, 2, payment=PART_PAID),
    )
    order = given(*confirmed(CUP=2)).when(paying(200)).then(first)
    assert order.payments == (Payment(reference="bank-1", amount_cents=200),)
    rest = PaymentRecorded(
        amount_cents=300,
        reference="bank-2",
        reason="the rest",
        paid_cents=500,
        refunded_cents=0,
        results=results(CONFIRMED, 500, 2, payment=PAID),
    )
    order = given(*confirmed(CUP=2), first).when(paying(300, "bank-2", "the rest")).then(rest)
    assert (order.paid_cents, order.refunded_cents) == (500, 0)


def test_charges_are_paid_too() -> None:
    events = after(draft(CUP=2), charging(ChargeKind.TAX, 95), Order.confirm)
    given(*events).when(paying(596)).refuses(Overpayment, "overpayment", amount_cents=596, due_cents=595)
    assert after(events, paying(595))[-1].results.payment_status is PAID


def test_more_than_is_due_is_refused_unless_it_is_allowed() -> None:
    begun = after(confirmed(CUP=2), paying(400))
    given(*begun).when(paying(101, "bank-2")).refuses(Overpayment, "overpayment", amount_cents=101, due_cents=100)
    over = after(begun, paying(101, "bank-2", allow_overpayment=True))
    assert over[-1].results == results(CONFIRMED, 500, 2, payment=PAID)
    assert fold(over).paid_cents == 501
    given(*over).when(paying(1, "bank-3")).refuses(Overpayment, "overpayment", amount_cents=1, due_cents=0)


def test_nothing_is_due_for_an_order_that_costs_nothing() -> None:
    free = after(draft(CUP=1), percent("ALL", 10_000), Order.confirm)
    assert free[-1].results.payment_status is PAID
    given(*free).when(paying(1)).refuses(Overpayment, "overpayment", amount_cents=1, due_cents=0)


def test_less_is_due_when_units_are_cancelled() -> None:
    begun = after(confirmed(CUP=1, POT=1), cancelling_item(CUP, 1))
    given(*begun).when(paying(2_000)).refuses(Overpayment, "overpayment", amount_cents=2_000, due_cents=1_999)


def test_what_was_paid_back_is_due_again() -> None:
    begun = after(confirmed(CUP=2), paying(500), refunding(200))
    given(*begun).when(paying(201, "bank-2")).refuses(Overpayment, "overpayment", amount_cents=201, due_cents=200)
    assert after(begun, paying(200, "bank-2"))[-1].results.payment_status is PAID


def test_a_reference_counts_once_among_payments_and_once_among_refunds() -> None:
    begun = after(confirmed(CUP=2), paying(200, "A"))
    given(*begun).when(paying(100, "A")).refuses(DuplicateReference, "duplicate_reference", reference="A")
    both = after(begun, refunding(50, "A"))
    given(*both).when(refunding(50, "A")).refuses(DuplicateReference, "duplicate_reference", reference="A")
    assert fold(after(both, paying(100, "a"), refunding(50, "a"))).payments[-1].reference == "a"


def test_a_refund_is_recorded_with_or_without_a_reason() -> None:
    begun = after(confirmed(CUP=2), paying(500))
    refunded = RefundRecorded(
        amount_cents=200,
        reference="back-1",
        reason="late",
        paid_cents=500,
        refunded_cents=200,
        results=results(CONFIRMED, 500, 2, payment=PART_REFUNDED),
    )
    order = given(*begun).when(refunding(200, reason="late")).then(refunded)
    assert order.refunds == (Payment(reference="back-1", amount_cents=200),)
    rest = RefundRecorded(
        amount_cents=300,
        reference="back-2",
        reason=None,
        paid_cents=500,
        refunded_cents=500,
        results=results(CONFIRMED, 500, 2, payment=REFUNDED),
    )
    given(*begun, refunded).when(refunding(300, "back-2")).then(rest)


def test_no_more_is_paid_back_than_was_paid() -> None:
    given(*confirmed(CUP=2)).when(refunding(1)).refuses(
        RefundExceedsPaid, "refund_exceeds_paid", amount_cents=1, refundable_cents=0
    )
    begun = after(confirmed(CUP=2), paying(500), refunding(200))
    given(*begun).when(refunding(301, "back-2")).refuses(
        RefundExceedsPaid, "refund_exceeds_paid", amount_cents=301, refundable_cents=300
    )


def test_a_cancelled_order_is_paid_back_and_takes_no_payment() -> None:
    ended = after(confirmed(CUP=2), paying(500), lambda order: order.cancel("no"))
    assert after(ended, refunding(500))[-1].results == results(OrderStatus.CANCELLED, 500, 2, payment=REFUNDED)
    given(*ended).when(paying(1, "bank-2", allow_overpayment=True)).refuses(
        IllegalTransition, "illegal_transition", state="CANCELLED"
    )


def test_refusals_of_money_come_in_their_order() -> None:
    begun = after(confirmed(CUP=2), paying(500), refunding(100))
    given(*draft(CUP=2)).when(paying(9_999)).refuses(IllegalTransition, "illegal_transition", state="DRAFT")
    given(*draft(CUP=2)).when(refunding(9_999)).refuses(IllegalTransition, "illegal_transition", state="DRAFT")
    given(*begun).when(paying(9_999)).refuses(DuplicateReference, "duplicate_reference", reference="bank-1")
    given(*begun).when(refunding(9_999)).refuses(DuplicateReference, "duplicate_reference", reference="back-1")


@pytest.mark.parametrize("cents", [0, -1, MAX_PAYMENT_CENTS + 1])
def test_an_amount_out_of_bounds_is_an_error_of_the_caller(cents: int) -> None:
    order = fold(after(confirmed(CUP=2), paying(500)))
    with pytest.raises(ValueError, match="an amount is"):
        order.record_payment(cents, "bank-2", None, allow_overpayment=True)
    with pytest.raises(ValueError, match="an amount is"):
        order.record_refund(cents, "back-2", None)
