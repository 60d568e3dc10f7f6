"""The state of an order is the fold of its events, and survives being written down."""

from dataclasses import FrozenInstanceError, fields
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from orders_domain.events import OrderEvent
from orders_domain.evolving import evolve, fold
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import ChargeKind, OrderStatus, ReturnId
from tests.unit.orders_domain.examples import (
    ADDRESS,
    CUP,
    OTHER_PARCEL,
    PARCEL,
    after,
    confirmed,
    draft,
    product,
    shipping,
    unaddressed,
)
from tests.unit.orders_domain.moments import (
    STAGES,
    adding,
    amount,
    approving,
    arrived,
    cancelling_item,
    changing,
    charging,
    declining,
    held,
    noting,
    paying,
    percent,
    receiving,
    refunding,
    rejecting,
    removing_discount,
    requesting,
)

BACK = ReturnId(UUID(int=31))
PRICED = after(
    draft(CUP=3, POT=1),
    percent("TENTH", 1_000),
    amount("EURO", 100),
    charging(ChargeKind.SHIPPING, 490, "by hand"),
    noting("call first"),
    Order.confirm,
)
PAID = after(PRICED, paying(500), refunding(100, reason="late"), cancelling_item(CUP, 1))
HISTORIES = {
    **STAGES,
    "empty": unaddressed(),
    "edited": after(draft(POT=1), adding(CUP, 1), changing(CUP, 3), lambda order: order.remove_item(CUP)),
    "priced": PRICED,
    "cheaper": after(PRICED[:-1], removing_discount("TENTH"), lambda order: order.remove_charge(ChargeKind.SHIPPING)),
    "approved": after(held(CUP=1), approving),
    "declined": after(held(CUP=1), declining),
    "paid": PAID,
    "half way": after(PAID, shipping(PARCEL, CUP=1), shipping(OTHER_PARCEL, POT=1)),
    "arriving": after(PAID, *arrived(CUP=1)),
    "back": after(PAID, *arrived(CUP=2, POT=1), requesting(BACK, CUP=2), receiving(BACK)),
    "not back": after(PAID, *arrived(CUP=2, POT=1), requesting(BACK, CUP=2), rejecting(BACK)),
}


def test_the_histories_here_have_every_event_that_there_is() -> None:
    assert {type(event) for events in HISTORIES.values() for event in events} == set(get_args(OrderEvent))


@pytest.mark.parametrize("name", HISTORIES)
def test_the_version_of_an_order_is_the_number_of_its_events(name: str) -> None:
    events = HISTORIES[name]
    order: Order | None = None
    for count, event in enumerate(events, 1):
        order = evolve(order, event)
        assert order.version == count


@pytest.mark.parametrize("name", HISTORIES)
def test_the_events_of_an_order_survive_being_written_as_json(name: str) -> None:
    for event in HISTORIES[name]:
        assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event


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
        "share_cents",
        "cancelled",
        "shipped",
        "delivered",
        "return_requested",
        "returned",
        "returned_cents",
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
    order = fold(HISTORIES["back"])
    (listed,) = Product.list_new(sku=CUP, name="cup", unit_price_cents=1, currency=order.currency)
    goods: list[Any] = [*order.lines, *order.shipments, *order.shipments[0].items, *order.returns, ADDRESS]
    money: list[Any] = [order.results, *order.discounts, *order.charges, *order.payments, *order.refunds]
    for thing in [*goods, *money, order, product(CUP), listed, *sum(HISTORIES.values(), ())]:
        with pytest.raises(FrozenInstanceError):
            setattr(thing, fields(thing)[0].name, None)


def test_deciding_and_evolving_leave_the_order_before_as_it_was() -> None:
    before = fold(draft(CUP=1))
    evolve(before, before.confirm()[0])
    assert before == fold(draft(CUP=1))
    assert before.status is OrderStatus.DRAFT
