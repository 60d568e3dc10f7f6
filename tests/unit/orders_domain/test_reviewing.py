"""What a fraud check makes of a confirmation, and how a review ends."""

import pytest

from orders_domain.errors import EmptyOrder, IllegalTransition, MissingAddress
from orders_domain.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderHeldForReview,
    OrderRejected,
    OrderReviewApproved,
    OrderReviewDeclined,
)
from orders_domain.evolving import fold
from orders_domain.values import FraudVerdict, OrderStatus
from tests.unit.orders_domain.examples import (
    CUP,
    PARCEL,
    POT,
    after,
    confirmed,
    draft,
    results,
    shipping,
    unaddressed,
)
from tests.unit.orders_domain.moments import approving, confirming, declining, held, rejected
from tests.unit.orders_domain.scenario import given


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (FraudVerdict.APPROVE, OrderConfirmed(results=results(OrderStatus.CONFIRMED, 500, 2))),
        (FraudVerdict.REVIEW, OrderHeldForReview(results=results(OrderStatus.PENDING_REVIEW, 500, 2))),
        (FraudVerdict.DENY, OrderRejected(results=results(OrderStatus.REJECTED, 500, 2))),
    ],
)
def test_a_confirmation_ends_as_the_fraud_check_says(verdict: FraudVerdict, expected: OrderEvent) -> None:
    before = given(*draft(CUP=2))
    order = before.when(confirming(verdict)).then(expected)
    assert order.lines == before.order.lines


@pytest.mark.parametrize("verdict", FraudVerdict)
def test_an_order_that_cannot_be_confirmed_is_refused_whatever_the_fraud_check_says(verdict: FraudVerdict) -> None:
    given(*unaddressed()).when(confirming(verdict)).refuses(EmptyOrder, "empty_order")
    given(*unaddressed(CUP=1)).when(confirming(verdict)).refuses(MissingAddress, "missing_address")
    given(*held(CUP=1)).when(confirming(verdict)).refuses(
        IllegalTransition, "illegal_transition", state="PENDING_REVIEW"
    )


def test_an_order_in_review_holds_what_it_has_not_shipped() -> None:
    assert fold(held(CUP=2, POT=1)).unshipped() == {CUP: 2, POT: 1}


def test_an_approved_order_stands_and_goes_on_as_a_confirmed_one() -> None:
    approved = OrderReviewApproved(
        reviewer="Grace", reason="knows the customer", results=results(OrderStatus.CONFIRMED, 500, 2)
    )
    order = given(*held(CUP=2)).when(approving).then(approved)
    assert order.unshipped() == {CUP: 2}
    assert fold(after(held(CUP=2), approving, shipping(PARCEL, CUP=2))).unshipped() == {}


def test_a_declined_order_is_cancelled_and_keeps_its_lines() -> None:
    declined = OrderReviewDeclined(
        reviewer="Grace", reason="no such street", results=results(OrderStatus.CANCELLED, 500, 2)
    )
    before = given(*held(CUP=2))
    order = before.when(declining).then(declined)
    assert order.lines == before.order.lines


def test_an_order_in_review_can_be_cancelled_by_its_customer() -> None:
    expected = OrderCancelled(reason="waited too long", results=results(OrderStatus.CANCELLED, 500, 2))
    given(*held(CUP=2)).when(lambda order: order.cancel("waited too long")).then(expected)


@pytest.mark.parametrize("decide", [approving, declining])
def test_a_review_ends_once_and_only_where_there_is_one(decide: type) -> None:
    for events, state in ((confirmed(CUP=1), "CONFIRMED"), (draft(CUP=1), "DRAFT"), (rejected(CUP=1), "REJECTED")):
        given(*events).when(decide).refuses(IllegalTransition, "illegal_transition", state=state)
    for end, state in ((approving, "CONFIRMED"), (declining, "CANCELLED")):
        given(*after(held(CUP=1), end)).when(decide).refuses(IllegalTransition, "illegal_transition", state=state)
