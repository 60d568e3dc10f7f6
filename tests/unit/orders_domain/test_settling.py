"""The address, and whether an order stands, is called off or is thrown away."""

from dataclasses import replace

import pytest

from orders_domain.errors import EmptyOrder, IllegalTransition, MissingAddress
from orders_domain.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDiscarded,
    OrderEvent,
    OrderExpired,
    ShippingAddressSet,
)
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.values import OrderStatus
from tests.unit.orders_domain.examples import (
    ADDRESS,
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
from tests.unit.orders_domain.scenario import given

ELSEWHERE = replace(ADDRESS, city="Paris", country="FR")


def sending_elsewhere(order: Order) -> tuple[OrderEvent, ...]:
    return order.set_shipping_address(ELSEWHERE)


def cancelling(order: Order) -> tuple[OrderEvent, ...]:
    return order.cancel("no longer needed")


def test_a_draft_takes_an_address() -> None:
    expected = ShippingAddressSet(shipping_address=ELSEWHERE, results=results(OrderStatus.DRAFT, 250, 1))
    order = given(*unaddressed(CUP=1)).when(sending_elsewhere).then(expected)
    assert order.shipping_address == ELSEWHERE


def test_a_confirmed_order_takes_another_address_while_nothing_is_shipped() -> None:
    expected = ShippingAddressSet(shipping_address=ELSEWHERE, results=results(OrderStatus.CONFIRMED, 250, 1))
    order = given(*confirmed(CUP=1)).when(sending_elsewhere).then(expected)
    assert order.shipping_address == ELSEWHERE


def test_the_same_address_changes_nothing() -> None:
    same = replace(ADDRESS)
    given(*draft(CUP=1)).when(lambda order: order.set_shipping_address(same)).is_silent()
    given(*confirmed(CUP=1)).when(lambda order: order.set_shipping_address(same)).is_silent()


def test_an_order_that_is_partly_shipped_keeps_its_address() -> None:
    shipped = after(confirmed(CUP=2), shipping(PARCEL, CUP=1))
    when = given(*shipped).when(sending_elsewhere)
    when.refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")
    given(*shipped).when(lambda order: order.set_shipping_address(ADDRESS)).refuses(
        IllegalTransition, "illegal_transition", state="CONFIRMED"
    )


def test_a_draft_with_lines_and_address_can_be_confirmed() -> None:
    order = (
        given(*draft(CUP=2, POT=1))
        .when(Order.confirm)
        .then(OrderConfirmed(results=results(OrderStatus.CONFIRMED, 2_499, 3)))
    )
    assert order.status is OrderStatus.CONFIRMED


def test_what_a_confirmation_has_to_reserve_is_what_the_order_then_holds() -> None:
    events = draft(CUP=2, POT=1)
    assert fold(events).unshipped() == {CUP: 2, POT: 1}
    assert fold(after(events, Order.confirm)).unshipped() == {CUP: 2, POT: 1}


def test_an_empty_order_cannot_be_confirmed() -> None:
    given(*draft()).when(Order.confirm).refuses(EmptyOrder, "empty_order")


def test_an_empty_order_is_told_in_these_words() -> None:
    with pytest.raises(EmptyOrder, match=r"^Cannot confirm empty order$"):
        fold(draft()).confirm()


def test_an_order_without_an_address_cannot_be_confirmed() -> None:
    given(*unaddressed(CUP=1)).when(Order.confirm).refuses(MissingAddress, "missing_address")


def test_an_empty_order_is_told_so_before_a_missing_address() -> None:
    given(*unaddressed()).when(Order.confirm).refuses(EmptyOrder, "empty_order")


def test_an_order_whose_last_line_was_removed_is_empty() -> None:
    emptied = after(draft(CUP=1), lambda order: order.remove_item(CUP))
    given(*emptied).when(Order.confirm).refuses(EmptyOrder, "empty_order")


def test_a_confirmed_order_can_be_cancelled_and_keeps_its_lines() -> None:
    expected = OrderCancelled(reason="no longer needed", results=results(OrderStatus.CANCELLED, 500, 2))
    before = given(*confirmed(CUP=2))
    order = before.when(cancelling).then(expected)
    assert order.lines == before.order.lines


def test_an_order_that_is_partly_shipped_cannot_be_cancelled() -> None:
    shipped = after(confirmed(CUP=2), shipping(PARCEL, CUP=1))
    given(*shipped).when(cancelling).refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")


def test_a_draft_can_be_discarded() -> None:
    given(*draft(CUP=1)).when(Order.discard).then(OrderDiscarded(results=results(OrderStatus.DISCARDED, 250, 1)))


def test_an_empty_draft_without_an_address_can_be_discarded() -> None:
    expected = OrderDiscarded(results=results(OrderStatus.DISCARDED, 0, 0))
    given(*unaddressed()).when(Order.discard).then(expected)


def test_a_draft_expires_with_or_without_items() -> None:
    given(*draft(CUP=1)).when(Order.expire).then(OrderExpired(results=results(OrderStatus.EXPIRED, 250, 1)))
    given(*unaddressed()).when(Order.expire).then(OrderExpired(results=results(OrderStatus.EXPIRED, 0, 0)))


def test_what_is_no_draft_any_more_does_not_expire() -> None:
    given(*confirmed(CUP=1)).when(Order.expire).refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")
    gone = after(draft(CUP=1), Order.expire)
    given(*gone).when(Order.expire).refuses(IllegalTransition, "illegal_transition", state="EXPIRED")
