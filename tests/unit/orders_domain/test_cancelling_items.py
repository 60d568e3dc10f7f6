"""Units taken off a confirmed order: with their part of the discount, and to the order's end where nothing is left."""

import pytest

from orders_domain.errors import CancelExceedsUnshipped, IllegalTransition, ItemNotFound
from orders_domain.events import OrderEvent, OrderItemCancelled
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.values import MAX_QUANTITY, ChargeKind, FulfilmentStatus, OrderStatus, PaymentStatus
from tests.unit.orders_domain.examples import (
    CUP,
    OTHER_PARCEL,
    PARCEL,
    POT,
    after,
    confirmed,
    delivering,
    draft,
    line,
    results,
    shipping,
)
from tests.unit.orders_domain.moments import amount, arrived, cancelling_item, charging, paying
from tests.unit.orders_domain.scenario import given

CONFIRMED, CANCELLED, COMPLETED = OrderStatus.CONFIRMED, OrderStatus.CANCELLED, OrderStatus.COMPLETED


def cheaper(cents: int, **quantities: int) -> tuple[OrderEvent, ...]:
    return after(draft(**quantities), amount("LESS", cents), Order.confirm)


def test_cancelled_units_are_neither_owed_nor_held() -> None:
    cancelled = OrderItemCancelled(
        sku=CUP,
        quantity=2,
        reason="out of fashion",
        lines=(line(1, CUP, 3, cancelled=2),),
        results=results(CONFIRMED, 2_249, 2),
    )
    order = given(*confirmed(CUP=3, POT=1)).when(cancelling_item(CUP, 2)).then(cancelled)
    assert order.unshipped() == {CUP: 1, POT: 1}


def test_a_second_cancellation_adds_to_the_first() -> None:
    events = after(confirmed(CUP=5), cancelling_item(CUP, 2), cancelling_item(CUP, 1))
    assert fold(events).lines == (line(1, CUP, 5, cancelled=3),)
    assert fold(events).unshipped() == {CUP: 2}


def test_a_line_that_is_cancelled_whole_stays_on_the_order_and_holds_nothing() -> None:
    order = fold(after(confirmed(CUP=3, POT=1), cancelling_item(CUP, 3)))
    assert order.unshipped() == {POT: 1}
    assert (order.status, order.results.item_count, order.results.total_cents) == (CONFIRMED, 1, 1_999)
    assert order.line(CUP) == line(1, CUP, 3, cancelled=3)


@pytest.mark.parametrize(("quantity", "kept"), [(1, 67), (2, 34), (3, 0)])
def test_cancelled_units_take_their_part_of_the_discount_rounded_down_and_the_last_one_takes_the_rest(
    quantity: int, kept: int
) -> None:
    begun = cheaper(900, CUP=3, POT=4)
    assert [line.share_cents for line in fold(begun).lines] == [77, 823]
    begun = cheaper(100, CUP=3)
    (event,) = fold(begun).cancel_item(CUP, quantity, "none")
    assert event.lines == (line(1, CUP, 3, cancelled=quantity, share_cents=100, discount_cents=kept),)
    assert event.results.discount_cents == kept


def test_it_is_the_same_whether_units_are_cancelled_one_by_one_or_at_once() -> None:
    begun = cheaper(101, CUP=7, POT=1)
    at_once = fold(after(begun, cancelling_item(CUP, 3)))
    one_by_one = fold(after(begun, *[cancelling_item(CUP, 1)] * 3))
    assert (one_by_one.lines, one_by_one.results) == (at_once.lines, at_once.results)


def test_other_lines_keep_their_share_when_one_is_cancelled() -> None:
    begun = cheaper(900, CUP=3, POT=4)
    (event,) = fold(begun).cancel_item(CUP, 3, "none")
    assert [line.sku for line in event.lines] == [CUP]
    assert event.results == results(CONFIRMED, 4 * 1_999, 4, discount_cents=823)


def test_an_order_of_which_nothing_is_left_is_cancelled_by_the_same_event() -> None:
    cancelled = OrderItemCancelled(
        sku=CUP,
        quantity=2,
        reason="out of fashion",
        lines=(line(1, CUP, 2, cancelled=2),),
        results=results(CANCELLED, 0, 0),
    )
    order = given(*confirmed(CUP=2)).when(cancelling_item(CUP, 2)).then(cancelled)
    assert order.unshipped() == {}


def test_an_order_of_which_nothing_is_left_owes_its_charges() -> None:
    begun = after(draft(CUP=2), charging(ChargeKind.FEE, 5), Order.confirm)
    ended = after(begun, cancelling_item(CUP, 2))
    assert ended[-1].results == results(CANCELLED, 0, 0, charges_cents=5)


def test_an_order_is_complete_when_the_rest_of_it_is_cancelled_and_all_else_has_arrived() -> None:
    begun = after(confirmed(CUP=3, POT=1), *arrived(CUP=2))
    half = after(begun, cancelling_item(POT, 1))
    assert half[-1].results == results(CONFIRMED, 750, 3, FulfilmentStatus.PARTIAL)
    completed = OrderItemCancelled(
        sku=CUP,
        quantity=1,
        reason="out of fashion",
        lines=(line(1, CUP, 3, cancelled=1, shipped=2, delivered=2),),
        results=results(COMPLETED, 500, 2, FulfilmentStatus.DELIVERED),
    )
    given(*half).when(cancelling_item(CUP, 1)).then(completed)


def test_an_order_is_not_complete_while_a_parcel_is_under_way() -> None:
    begun = after(confirmed(CUP=3), *arrived(CUP=1), shipping(OTHER_PARCEL, CUP=1), cancelling_item(CUP, 1))
    assert begun[-1].results == results(CONFIRMED, 500, 2, FulfilmentStatus.SHIPPED)
    assert fold(after(begun, delivering(OTHER_PARCEL))).status is COMPLETED


def test_the_last_parcel_completes_an_order_of_which_the_rest_was_cancelled_before() -> None:
    events = after(confirmed(CUP=3, POT=1), cancelling_item(POT, 1), cancelling_item(CUP, 2), *arrived(CUP=1))
    assert events[-1].results == results(COMPLETED, 250, 1, FulfilmentStatus.DELIVERED)


def test_what_was_cancelled_cannot_be_shipped_and_what_was_shipped_cannot_be_cancelled() -> None:
    begun = after(confirmed(CUP=3), shipping(PARCEL, CUP=1), cancelling_item(CUP, 1))
    given(*begun).when(cancelling_item(CUP, 2)).refuses(
        CancelExceedsUnshipped, "cancel_exceeds_unshipped", sku="CUP", requested=2, unshipped=1
    )
    assert fold(begun).unshipped() == {CUP: 1}


def test_refusals_of_cancelling_come_in_their_order() -> None:
    given(*draft(CUP=1)).when(cancelling_item(POT, 9)).refuses(IllegalTransition, "illegal_transition", state="DRAFT")
    given(*confirmed(CUP=1)).when(cancelling_item(POT, 9)).refuses(ItemNotFound, "item_not_found", sku="POT")
    for quantity in (0, MAX_QUANTITY + 1):
        with pytest.raises(ValueError, match="a quantity is"):
            fold(confirmed(CUP=1)).cancel_item(CUP, quantity, "none")


def test_an_order_that_was_paid_and_got_smaller_is_paid_and_owes_nothing() -> None:
    events = after(confirmed(CUP=3), paying(500), cancelling_item(CUP, 1))
    assert events[-1].results == results(CONFIRMED, 500, 2, payment=PaymentStatus.PAID)
