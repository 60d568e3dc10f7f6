"""Goods that come back: asked for, received or turned away, in parts, and what they are worth."""

from uuid import UUID

import pytest

from orders_domain.errors import IllegalTransition, ItemNotFound, ReturnExceedsDelivered, ReturnNotFound
from orders_domain.events import OrderEvent, ReturnReceived, ReturnRejected, ReturnRequested
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.parts import Return, ReturnStage
from orders_domain.values import MAX_QUANTITY, FulfilmentStatus, OrderStatus, ReturnId, ReturnStatus
from tests.unit.orders_domain.examples import (
    CUP,
    OTHER_PARCEL,
    POT,
    Decision,
    after,
    completed,
    confirmed,
    draft,
    items,
    line,
    results,
)
from tests.unit.orders_domain.moments import (
    amount,
    arrived,
    cancelling_item,
    receiving,
    rejecting,
    requesting,
)
from tests.unit.orders_domain.scenario import given

BACK = ReturnId(UUID(int=31))
LATER = ReturnId(UUID(int=32))
COMPLETED, DELIVERED = OrderStatus.COMPLETED, FulfilmentStatus.DELIVERED


def confirmed_at_a_discount(cents: int = 100, **quantities: int) -> tuple[OrderEvent, ...]:
    return after(draft(**quantities), amount("LESS", cents), Order.confirm)


def test_a_return_is_asked_for_and_owes_nothing_back_yet() -> None:
    requested = ReturnRequested(
        return_id=BACK,
        items=items(CUP=2),
        reason="chipped",
        lines=(line(1, CUP, 3, shipped=3, delivered=3, return_requested=2),),
        results=results(COMPLETED, 2_749, 4, DELIVERED, returns=ReturnStatus.REQUESTED),
    )
    order = given(*completed(CUP=3, POT=1)).when(requesting(BACK, CUP=2)).then(requested)
    assert order.returns == (Return(return_id=BACK, items=items(CUP=2), stage=ReturnStage.REQUESTED),)


@pytest.mark.parametrize("restock", [True, False])
def test_a_return_that_came_is_worth_its_price_and_the_total_stays(restock: bool) -> None:
    received = ReturnReceived(
        return_id=BACK,
        restocked=restock,
        lines=(line(1, CUP, 3, shipped=3, delivered=3, returned=2, returned_cents=500),),
        results=results(COMPLETED, 2_749, 4, DELIVERED, returns=ReturnStatus.PARTIAL, returned_cents=500),
    )
    asked = after(completed(CUP=3, POT=1), requesting(BACK, CUP=2))
    order = given(*asked).when(receiving(BACK, restock=restock)).then(received)
    assert order.returns == (Return(return_id=BACK, items=items(CUP=2), stage=ReturnStage.RECEIVED),)


def test_a_return_that_is_turned_away_may_be_asked_for_again() -> None:
    rejected = ReturnRejected(
        return_id=BACK,
        reason="worn",
        lines=(line(1, CUP, 2, shipped=2, delivered=2),),
        results=results(COMPLETED, 500, 2, DELIVERED),
    )
    asked = after(completed(CUP=2), requesting(BACK, CUP=2))
    order = given(*asked).when(rejecting(BACK)).then(rejected)
    assert order.returns == (Return(return_id=BACK, items=items(CUP=2), stage=ReturnStage.REJECTED),)
    assert fold(after(asked, rejecting(BACK), requesting(LATER, CUP=2))).line(CUP) == line(
        1, CUP, 2, shipped=2, delivered=2, return_requested=2
    )


def test_a_return_has_all_its_skus_in_the_order_of_its_lines() -> None:
    asked = after(completed(CUP=1, POT=1), requesting(BACK, POT=1, CUP=1))
    assert [line.sku for line in asked[-1].lines] == [CUP, POT]
    came = after(asked, receiving(BACK))
    assert [line.sku for line in came[-1].lines] == [CUP, POT]
    assert came[-1].results == results(
        COMPLETED, 2_249, 2, DELIVERED, returns=ReturnStatus.RETURNED, returned_cents=2_249
    )


def test_goods_come_back_before_the_rest_has_left() -> None:
    began = after(confirmed(CUP=3), *arrived(CUP=1), requesting(BACK, CUP=1), receiving(BACK))
    assert began[-1].results == results(
        OrderStatus.CONFIRMED,
        750,
        3,
        FulfilmentStatus.PARTIAL,
        returns=ReturnStatus.RETURNED,
        returned_cents=250,
    )
    finished = after(began, *arrived(OTHER_PARCEL, CUP=2))
    assert (fold(finished).status, fold(finished).results.return_status) == (COMPLETED, ReturnStatus.PARTIAL)


def test_the_same_sku_twice_in_a_return_is_merged() -> None:
    (event,) = fold(completed(CUP=3)).request_return(BACK, (*items(CUP=1), *items(CUP=2)), "chipped")
    assert isinstance(event, ReturnRequested)
    assert event.items == items(CUP=3)
    given(*completed(CUP=3)).when(lambda o: o.request_return(BACK, (*items(CUP=2), *items(CUP=2)), "no")).refuses(
        ReturnExceedsDelivered, "return_exceeds_delivered", sku="CUP", requested=4, returnable=3
    )


def test_no_more_can_come_back_than_arrived() -> None:
    begun = after(confirmed(CUP=3), *arrived(CUP=2))
    given(*begun).when(requesting(BACK, CUP=3)).refuses(
        ReturnExceedsDelivered, "return_exceeds_delivered", sku="CUP", requested=3, returnable=2
    )


def test_what_is_on_its_way_back_or_back_cannot_be_asked_for_again() -> None:
    asked = after(completed(CUP=3), requesting(BACK, CUP=2))
    for events in (asked, after(asked, receiving(BACK))):
        given(*events).when(requesting(LATER, CUP=2)).refuses(
            ReturnExceedsDelivered, "return_exceeds_delivered", sku="CUP", requested=2, returnable=1
        )


def test_what_was_never_ordered_cannot_come_back_and_is_told_by_the_order_of_the_request() -> None:
    when = given(*completed(CUP=1)).when(requesting(BACK, TEA=1, CUP=9))
    when.refuses(ItemNotFound, "item_not_found", sku="TEA")
    given(*completed(CUP=1)).when(requesting(BACK, CUP=9, TEA=1)).refuses(
        ReturnExceedsDelivered, "return_exceeds_delivered", sku="CUP", requested=9, returnable=1
    )


def test_a_return_that_nobody_asked_for_is_neither_received_nor_rejected() -> None:
    for decide in (receiving(BACK), rejecting(BACK)):
        given(*completed(CUP=1)).when(decide).refuses(ReturnNotFound, "return_not_found", return_id=str(BACK))


@pytest.mark.parametrize("settle", [receiving(BACK), rejecting(BACK)], ids=["received", "rejected"])
def test_a_return_is_settled_once(settle: Decision) -> None:
    settled = after(completed(CUP=1), requesting(BACK, CUP=1), settle)
    for decide in (receiving(BACK), rejecting(BACK)):
        given(*settled).when(decide).refuses(IllegalTransition, "illegal_transition", state="COMPLETED")


def test_the_refusal_of_a_settled_return_says_what_became_of_it() -> None:
    settled = fold(after(completed(CUP=1), requesting(BACK, CUP=1), receiving(BACK)))
    with pytest.raises(IllegalTransition, match=rf"Cannot reject return {BACK}: .* the return is received already\."):
        settled.reject_return(BACK, "worn")


def test_a_return_without_items_with_a_wrong_quantity_or_a_used_id_is_an_error_of_the_caller() -> None:
    order = fold(after(completed(CUP=2), requesting(BACK, CUP=1)))
    with pytest.raises(ValueError, match="at least one item"):
        order.request_return(LATER, (), "chipped")
    with pytest.raises(ValueError, match="has a return"):
        order.request_return(BACK, items(CUP=1), "chipped")
    for quantity in (0, MAX_QUANTITY + 1):
        with pytest.raises(ValueError, match="a quantity is"):
            order.request_return(LATER, items(CUP=quantity), "chipped")


def test_returned_units_are_worth_less_by_their_part_of_the_discount_and_all_of_them_what_was_owed() -> None:
    sold = after(confirmed_at_a_discount(CUP=3), *arrived(CUP=3))
    first = after(sold, requesting(BACK, CUP=1), receiving(BACK))
    assert first[-1].results.returned_cents == 250 - 34
    second = after(first, requesting(LATER, CUP=2), receiving(LATER))
    assert second[-1].results.returned_cents == second[-1].results.total_cents == 750 - 100


def test_no_more_is_worth_coming_back_than_is_owed_when_units_are_cancelled_after_a_return() -> None:
    sold = after(confirmed_at_a_discount(cents=1, CUP=10), *arrived(CUP=5))
    back = after(sold, requesting(BACK, CUP=5), receiving(BACK), cancelling_item(CUP, 5))
    assert back[-1].results.total_cents == 5 * 250 - 1
    assert back[-1].results.returned_cents == 5 * 250 - 1
