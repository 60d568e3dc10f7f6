"""An order is written whole with each change, so it has no part that grows for ever."""

from collections.abc import Callable
from uuid import UUID

import pytest

from orders_domain.errors import DuplicateReference, PartLimit
from orders_domain.evolving import evolve, fold
from orders_domain.order import Order
from orders_domain.values import MAX_DISCOUNTS, MAX_PARTS, ReturnId, ShipmentId
from tests.unit.orders_domain.examples import CUP, Decision, after, completed, draft, shipping
from tests.unit.orders_domain.moments import adding, amount, arrived, paying, refunding, rejecting, requesting
from tests.unit.orders_domain.scenario import Given

Nth = Callable[[int], Decision]


def nth_payment(number: int) -> Decision:
    return paying(1, f"bank-{number}")


def nth_refund(number: int) -> Decision:
    return refunding(1, f"back-{number}")


def nth_shipment(number: int) -> Decision:
    return shipping(ShipmentId(UUID(int=number)), CUP=1)


def nth_return(number: int) -> Decision:
    return requesting(ReturnId(UUID(int=number)), CUP=1)


def nth_discount(number: int) -> Decision:
    return amount(f"D-{number}", 1)


DRAFT = after(draft(), adding(CUP, 2_000))
CONFIRMED = after(DRAFT, Order.confirm)
PAID = after(CONFIRMED, paying(10_000))
DELIVERED = after(CONFIRMED, *arrived(CUP=2_000))
EMPTY = {
    "discounts": (fold(DRAFT), nth_discount, MAX_DISCOUNTS),
    "payments": (fold(CONFIRMED), nth_payment, MAX_PARTS),
    "refunds": (fold(PAID), nth_refund, MAX_PARTS),
    "shipments": (fold(CONFIRMED), nth_shipment, MAX_PARTS),
    "returns": (fold(DELIVERED), nth_return, MAX_PARTS),
}
"""By part: an order without any, how to add the nth, and how many it may have."""


def filled(order: Order, nth: Nth, limit: int) -> Order:
    for number in range(limit):
        (event,) = nth(number)(order)
        order = evolve(order, event)
    return order


@pytest.mark.parametrize("part", EMPTY)
def test_an_order_has_at_most_so_many_of_each_part(part: str) -> None:
    order, nth, limit = EMPTY[part]
    full = filled(order, nth, limit)
    assert len(getattr(full, part)) == limit
    Given(full).when(nth(limit)).refuses(PartLimit, "part_limit", part=part, limit=limit)


def test_the_limits_are_those_that_are_told() -> None:
    assert (MAX_DISCOUNTS, MAX_PARTS) == (20, 500)


def test_returns_that_were_turned_away_count_too() -> None:
    order = fold(completed(CUP=1))
    for number in range(MAX_PARTS):
        for decide in (nth_return(number), rejecting(ReturnId(UUID(int=number)))):
            order = evolve(order, *decide(order))
    Given(order).when(nth_return(MAX_PARTS)).refuses(PartLimit, "part_limit", part="returns", limit=MAX_PARTS)


@pytest.mark.parametrize(("part", "reference"), [("payments", "bank-0"), ("refunds", "back-0")])
def test_a_reference_that_is_there_is_told_before_the_limit(part: str, reference: str) -> None:
    _, nth, _ = EMPTY[part]
    full = filled(*EMPTY[part])
    Given(full).when(nth(0)).refuses(DuplicateReference, "duplicate_reference", reference=reference)
