"""Totals and derived states, of lines as they may come to stand."""

import pytest

from orders_domain.lines import OrderLine
from orders_domain.pricing import fulfilment_status, order_results, payment_status, return_status, total_cents
from orders_domain.values import FulfilmentStatus, OrderStatus, PaymentStatus, ReturnStatus
from tests.unit.orders_domain.examples import (
    CUP,
    EUR,
)


def line(number: int = 1, quantity: int = 4, **counts: int) -> OrderLine:
    return OrderLine(line_number=number, sku=CUP, name="cup", quantity=quantity, unit_price_cents=250, **counts)


def test_a_line_owes_for_what_is_not_cancelled() -> None:
    assert line(quantity=4, cancelled=1).line_total_cents == 750
    assert line(quantity=4, cancelled=1).kept == 3


def test_a_line_has_yet_to_ship_what_is_neither_shipped_nor_cancelled() -> None:
    assert line(quantity=4, cancelled=1, shipped=2).unshipped == 1


def test_the_total_is_lines_less_discounts_plus_charges() -> None:
    assert total_cents(subtotal=1_000, discount=300, charges=45) == 745


def test_results_add_up_over_all_lines() -> None:
    lines = (line(1, 4, cancelled=1, discount_cents=100), line(2, 2, discount_cents=50))
    results = order_results(currency=EUR, status=OrderStatus.CONFIRMED, lines=lines)
    assert (results.subtotal_cents, results.discount_cents, results.total_cents) == (1_250, 150, 1_100)
    assert (results.charges_cents, results.returned_cents, results.item_count) == (0, 0, 5)
    assert (results.status, results.currency) == (OrderStatus.CONFIRMED, EUR)


def test_a_total_of_nothing_is_paid() -> None:
    assert payment_status(0) is PaymentStatus.PAID
    assert payment_status(1) is PaymentStatus.UNPAID


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), FulfilmentStatus.UNFULFILLED),
        ((line(), line()), FulfilmentStatus.UNFULFILLED),
        ((line(cancelled=4),), FulfilmentStatus.UNFULFILLED),
        ((line(shipped=4), line()), FulfilmentStatus.PARTIAL),
        ((line(shipped=3),), FulfilmentStatus.PARTIAL),
        ((line(shipped=4, delivered=4), line()), FulfilmentStatus.PARTIAL),
        ((line(shipped=4), line(shipped=4, delivered=4)), FulfilmentStatus.SHIPPED),
        ((line(shipped=3, cancelled=1),), FulfilmentStatus.SHIPPED),
        ((line(shipped=4, delivered=3),), FulfilmentStatus.SHIPPED),
        ((line(shipped=4, delivered=4), line(cancelled=4)), FulfilmentStatus.DELIVERED),
        ((line(shipped=3, delivered=3, cancelled=1),), FulfilmentStatus.DELIVERED),
    ],
)
def test_fulfilment_follows_from_the_lines(lines: tuple[OrderLine, ...], expected: FulfilmentStatus) -> None:
    assert fulfilment_status(lines) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ReturnStatus.NONE),
        ((line(shipped=4, delivered=4),), ReturnStatus.NONE),
        ((line(delivered=4, return_requested=1),), ReturnStatus.REQUESTED),
        ((line(delivered=4, return_requested=1), line(delivered=4, returned=4)), ReturnStatus.REQUESTED),
        ((line(delivered=4, returned=3),), ReturnStatus.PARTIAL),
        ((line(delivered=4, returned=4), line(delivered=1)), ReturnStatus.PARTIAL),
        ((line(delivered=4, returned=4), line()), ReturnStatus.RETURNED),
    ],
)
def test_returns_follow_from_the_lines(lines: tuple[OrderLine, ...], expected: ReturnStatus) -> None:
    assert return_status(lines) is expected
