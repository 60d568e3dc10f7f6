"""The state of an order is the fold of its events, and survives being written down."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import msgspec
import pytest

from orders_domain.events import OrderEvent
from orders_domain.evolving import evolve, fold
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import OrderStatus
from tests.unit.orders_domain.examples import (
    ADDRESS,
    CUP,
    OTHER_PARCEL,
    PARCEL,
    after,
    cancelled,
    completed,
    confirmed,
    delivering,
    discarded,
    draft,
    product,
    shipping,
    unaddressed,
)

HISTORIES = {
    "draft": draft(CUP=1),
    "empty": unaddressed(),
    "cancelled": cancelled(CUP=1),
    "discarded": discarded(CUP=1),
    "half way": after(confirmed(CUP=3, POT=1), shipping(PARCEL, CUP=1), shipping(OTHER_PARCEL, CUP=1, POT=1)),
    "arriving": after(confirmed(CUP=3), shipping(PARCEL, CUP=1), delivering(PARCEL)),
    "completed": completed(CUP=1, POT=2),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_version_of_an_order_is_the_number_of_its_events(name: str) -> None:
    events = HISTORIES[name]
    order: Order | None = None
    for count, event in enumerate(events, 1):
        order = evolve(order, event)
        assert order.version == count


@pytest.mark.parametrize("name", HISTORIES)
def test_an_order_survives_being_written_as_json(name: str) -> None:
    order = fold(HISTORIES[name])
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def test_a_product_survives_being_written_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(product(CUP)), type=Product) == product(CUP)


def test_an_event_carries_all_results_and_whole_lines_when_written_as_json() -> None:
    (created,) = unaddressed(CUP=2)
    written = msgspec.json.decode(msgspec.json.encode(created))
    assert set(written["results"]) == {
        "status",
        "payment_status",
        "fulfilment_status",
        "return_status",
        "currency",
        "item_count",
        "subtotal_cents",
        "discount_cents",
        "charges_cents",
        "total_cents",
        "returned_cents",
    }
    assert set(written["lines"][0]) == {
        "line_number",
        "sku",
        "name",
        "quantity",
        "unit_price_cents",
        "discount_cents",
        "cancelled",
        "shipped",
        "delivered",
        "return_requested",
        "returned",
    }


def test_an_order_is_created_once_and_first() -> None:
    events: tuple[OrderEvent, ...] = confirmed(CUP=1)
    with pytest.raises(ValueError, match="an order is created once"):
        fold((*events, events[0]))
    with pytest.raises(ValueError, match="the first event of an order is OrderCreated"):
        fold(events[1:])
    with pytest.raises(ValueError, match="no event, no order"):
        fold(())


def test_nothing_that_the_domain_hands_out_can_be_changed() -> None:
    order = fold(completed(CUP=1))
    (listed,) = Product.list_new(sku=CUP, name="cup", unit_price_cents=1, currency=order.currency)
    parts: list[Any] = [*order.lines, *order.shipments, *order.shipments[0].items, order.results, ADDRESS]
    for thing in [*parts, order, product(CUP), listed, *HISTORIES["half way"], *HISTORIES["completed"]]:
        with pytest.raises(FrozenInstanceError):
            setattr(thing, fields(thing)[0].name, None)


def test_deciding_and_evolving_leave_the_order_before_as_it_was() -> None:
    before = fold(draft(CUP=1))
    evolve(before, before.confirm()[0])
    assert before == fold(draft(CUP=1))
    assert before.status is OrderStatus.DRAFT
