"""Parcels: what may be shipped, what arrives, and when an order is complete."""

import pytest

from orders_domain.errors import IllegalTransition, ItemNotFound, ShipmentExceedsOrdered, ShipmentNotFound
from orders_domain.events import OrderCompleted, OrderShipped, ShipmentDelivered
from orders_domain.evolving import fold
from orders_domain.parts import Shipment
from orders_domain.values import MAX_QUANTITY, FulfilmentStatus, OrderStatus
from tests.unit.orders_domain.examples import (
    CUP,
    OTHER_PARCEL,
    PARCEL,
    POT,
    TEA,
    after,
    confirmed,
    delivering,
    items,
    line,
    results,
    shipping,
)
from tests.unit.orders_domain.scenario import given

CONFIRMED = OrderStatus.CONFIRMED


def test_a_parcel_may_carry_part_of_an_order() -> None:
    shipped = OrderShipped(
        shipment_id=PARCEL,
        items=items(CUP=1),
        carrier="DHL",
        tracking="T-1",
        lines=(line(1, CUP, 2, shipped=1),),
        results=results(CONFIRMED, 2_499, 3, FulfilmentStatus.PARTIAL),
    )
    order = given(*confirmed(CUP=2, POT=1)).when(shipping(PARCEL, CUP=1)).then(shipped)
    parcel = Shipment(shipment_id=PARCEL, items=items(CUP=1), carrier="DHL", tracking="T-1", delivered=False)
    assert order.shipments == (parcel,)
    assert order.unshipped() == {CUP: 1, POT: 1}


def test_the_last_parcel_makes_an_order_shipped_and_not_yet_complete() -> None:
    begun = after(confirmed(CUP=2, POT=1), shipping(PARCEL, CUP=1))
    shipped = OrderShipped(
        shipment_id=OTHER_PARCEL,
        items=items(POT=1, CUP=1),
        carrier="DHL",
        tracking="T-1",
        lines=(line(1, CUP, 2, shipped=2), line(2, POT, 1, shipped=1)),
        results=results(CONFIRMED, 2_499, 3, FulfilmentStatus.SHIPPED),
    )
    order = given(*begun).when(shipping(OTHER_PARCEL, POT=1, CUP=1)).then(shipped)
    assert order.unshipped() == {}
    assert [parcel.shipment_id for parcel in order.shipments] == [PARCEL, OTHER_PARCEL]


def test_a_parcel_needs_neither_carrier_nor_tracking() -> None:
    (event,) = fold(confirmed(CUP=1)).ship(PARCEL, items(CUP=1), None, None)
    assert isinstance(event, OrderShipped)
    assert (event.carrier, event.tracking) == (None, None)


def test_the_same_sku_twice_in_a_parcel_is_merged() -> None:
    (event,) = fold(confirmed(CUP=5)).ship(PARCEL, (*items(CUP=2), *items(CUP=3)), None, None)
    assert isinstance(event, OrderShipped)
    assert event.items == items(CUP=5)
    assert event.lines == (line(1, CUP, 5, shipped=5),)


def test_no_more_can_be_shipped_than_was_ordered() -> None:
    given(*confirmed(CUP=2)).when(shipping(PARCEL, CUP=3)).refuses(
        ShipmentExceedsOrdered, "shipment_exceeds_ordered", sku="CUP", requested=3, unshipped=2
    )


def test_no_more_can_be_shipped_than_is_left() -> None:
    begun = after(confirmed(CUP=3), shipping(PARCEL, CUP=2))
    given(*begun).when(shipping(OTHER_PARCEL, CUP=2)).refuses(
        ShipmentExceedsOrdered, "shipment_exceeds_ordered", sku="CUP", requested=2, unshipped=1
    )


def test_merged_quantities_are_what_must_be_left_to_ship() -> None:
    given(*confirmed(CUP=3)).when(lambda o: o.ship(PARCEL, (*items(CUP=2), *items(CUP=2)), None, None)).refuses(
        ShipmentExceedsOrdered, "shipment_exceeds_ordered", sku="CUP", requested=4, unshipped=3
    )


def test_what_is_not_on_the_order_cannot_be_shipped() -> None:
    given(*confirmed(CUP=1)).when(shipping(PARCEL, CUP=1, TEA=1)).refuses(ItemNotFound, "item_not_found", sku="TEA")


def test_a_parcel_without_items_or_with_none_of_one_is_an_error_of_the_caller() -> None:
    order = fold(confirmed(CUP=1))
    with pytest.raises(ValueError, match="at least one item"):
        order.ship(PARCEL, (), None, None)
    for quantity in (0, -1, MAX_QUANTITY + 1):
        with pytest.raises(ValueError, match="a quantity is"):
            order.ship(PARCEL, items(CUP=quantity), None, None)


def test_a_shipment_id_is_used_once() -> None:
    begun = fold(after(confirmed(CUP=2), shipping(PARCEL, CUP=1)))
    with pytest.raises(ValueError, match="has a shipment"):
        begun.ship(PARCEL, items(CUP=1), None, None)


def test_a_parcel_that_arrives_before_the_rest_leaves_the_order_open() -> None:
    begun = after(confirmed(CUP=2), shipping(PARCEL, CUP=1))
    arrived = ShipmentDelivered(
        shipment_id=PARCEL,
        lines=(line(1, CUP, 2, shipped=1, delivered=1),),
        results=results(CONFIRMED, 500, 2, FulfilmentStatus.PARTIAL),
    )
    order = given(*begun).when(delivering(PARCEL)).then(arrived)
    assert [parcel.delivered for parcel in order.shipments] == [True]


def test_of_two_parcels_under_way_the_first_to_arrive_does_not_complete_the_order() -> None:
    begun = after(confirmed(CUP=1, POT=1), shipping(PARCEL, CUP=1), shipping(OTHER_PARCEL, POT=1))
    arrived = ShipmentDelivered(
        shipment_id=OTHER_PARCEL,
        lines=(line(2, POT, 1, shipped=1, delivered=1),),
        results=results(CONFIRMED, 2_249, 2, FulfilmentStatus.SHIPPED),
    )
    order = given(*begun).when(delivering(OTHER_PARCEL)).then(arrived)
    assert [parcel.delivered for parcel in order.shipments] == [False, True]


def test_the_last_parcel_to_arrive_completes_the_order() -> None:
    begun = after(confirmed(CUP=2), shipping(PARCEL, CUP=1), shipping(OTHER_PARCEL, CUP=1), delivering(PARCEL))
    arrived = ShipmentDelivered(
        shipment_id=OTHER_PARCEL,
        lines=(line(1, CUP, 2, shipped=2, delivered=2),),
        results=results(CONFIRMED, 500, 2, FulfilmentStatus.DELIVERED),
    )
    done = OrderCompleted(results=results(OrderStatus.COMPLETED, 500, 2, FulfilmentStatus.DELIVERED))
    order = given(*begun).when(delivering(OTHER_PARCEL)).then(arrived, done)
    assert order.status is OrderStatus.COMPLETED


def test_a_parcel_arrives_once() -> None:
    begun = after(confirmed(CUP=2), shipping(PARCEL, CUP=1), delivering(PARCEL))
    given(*begun).when(delivering(PARCEL)).refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")
    with pytest.raises(IllegalTransition, match=str(PARCEL)):
        fold(begun).deliver(PARCEL)


def test_a_parcel_that_never_left_cannot_arrive() -> None:
    given(*confirmed(CUP=1)).when(delivering(PARCEL)).refuses(
        ShipmentNotFound, "shipment_not_found", shipment_id=str(PARCEL)
    )


def test_goods_that_left_are_no_longer_held() -> None:
    events = after(confirmed(CUP=3, POT=2, TEA=1), shipping(PARCEL, POT=2, CUP=1))
    assert fold(events).unshipped() == {CUP: 2, TEA: 1}
    assert POT not in fold(events).unshipped()
