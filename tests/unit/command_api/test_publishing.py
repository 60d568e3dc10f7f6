"""Every event of the domain has a published form, and no fact of it is lost on the way."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec
import pytest

from command_api.adapters.publish import publish_order_event
from command_api.adapters.publish_products import publish_product_event
from orders_contracts.commands import CommandEvent
from orders_contracts.registry import REGISTRY, EventData
from orders_domain import events as domain
from orders_domain.events import OrderResults
from orders_domain.lines import OrderLine
from orders_domain.values import (
    ChargeKind,
    Currency,
    DiscountCode,
    FulfilmentStatus,
    ItemQuantity,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    Sku,
)
from tests.suites.command_examples import ADDRESS

ORDER_EVENTS = get_args(domain.OrderEvent)
PRODUCT_EVENTS = get_args(domain.ProductEvent)
LINE = OrderLine(
    line_number=1,
    sku=Sku("CUP"),
    name="Cup",
    quantity=20,
    unit_price_cents=250,
    discount_cents=3,
    share_cents=2,
    cancelled=4,
    shipped=5,
    delivered=6,
    return_requested=7,
    returned=8,
    returned_cents=9,
)
RESULTS = OrderResults(
    status=OrderStatus.CONFIRMED,
    payment_status=PaymentStatus.PART_PAID,
    fulfilment_status=FulfilmentStatus.PARTIAL,
    return_status=ReturnStatus.REQUESTED,
    currency=Currency("EUR"),
    item_count=11,
    subtotal_cents=12,
    discount_cents=13,
    charges_cents=14,
    total_cents=15,
    returned_cents=16,
)
SAMPLES: Mapping[str, object] = {
    "results": RESULTS,
    "lines": (LINE,),
    "order_id": UUID(int=1),
    "customer_id": UUID(int=2),
    "shipment_id": UUID(int=3),
    "reference": "R-1",
    "shipping_address": ADDRESS,
    "sku": Sku("CUP"),
    "quantity": 21,
    "reason": "because",
    "items": (ItemQuantity(Sku("CUP"), 22),),
    "carrier": "DHL",
    "tracking": "T-1",
    "code": DiscountCode("TEN"),
    "percent_bp": 25,
    "amount_cents": 26,
    "kind": ChargeKind.SHIPPING,
    "label": "Express",
    "reviewer": "bob",
    "paid_cents": 27,
    "refunded_cents": 28,
    "return_id": UUID(int=4),
    "restocked": True,
    "text": "Ring twice.",
    "name": "Cup",
    "unit_price_cents": 23,
    "currency": Currency("EUR"),
    "listed": True,
    "on_hand": 40,
    "reserved": 30,
    "delta": 24,
}
# The domain's short names, and the order's id, which the envelope carries.
RENAMED = {name: f"{name}_quantity" for name in ("cancelled", "shipped", "delivered", "return_requested", "returned")}
# What the next decision on a line needs to know, and nobody else.
UNPUBLISHED = {"share_cents", "returned_cents"}


def sample(kind: type[Any]) -> Any:
    return kind(**{field.name: SAMPLES[field.name] for field in fields(kind)})


def published_form(event: EventData) -> dict[str, Any]:
    """The event's data as a reader of its bytes finds it."""
    form: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event))
    return form


def flat(value: object) -> object:
    """A domain value as JSON would show it, under the published names."""
    if is_dataclass(value):
        return {RENAMED.get(field.name, field.name): flat(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [flat(item) for item in value]
    return str(value) if isinstance(value, UUID) else value


@pytest.mark.parametrize("kind", ORDER_EVENTS, ids=lambda kind: kind.__name__)
def test_an_order_event_is_published_whole(kind: type[Any]) -> None:
    event = sample(kind)
    published = published_form(publish_order_event(event))
    told = flat(event)
    assert isinstance(told, dict)
    expected = {**told.pop("results"), **told}
    expected.pop("order_id", None)
    expected["lines"] = [
        {name: value for name, value in line.items() if name not in UNPUBLISHED}
        | {"line_total_cents": LINE.line_total_cents}
        for line in expected["lines"]
    ]
    if "items" in expected:
        expected["items"] = [{"line_number": LINE.line_number, "name": LINE.name, **item} for item in expected["items"]]
    assert published == expected


@pytest.mark.parametrize("kind", PRODUCT_EVENTS, ids=lambda kind: kind.__name__)
def test_a_product_event_is_published_whole(kind: type[Any]) -> None:
    event = sample(kind)
    told = flat(event)
    assert isinstance(told, dict)
    assert published_form(publish_product_event(event)) == {**told, "available": 10}


def test_what_may_be_absent_is_published_as_null() -> None:
    created = sample(domain.OrderCreated)
    bare = type(created)(
        **{**{field.name: getattr(created, field.name) for field in fields(created)}, "shipping_address": None}
    )
    assert published_form(publish_order_event(bare))["shipping_address"] is None


def test_published_and_domain_events_bear_the_same_names() -> None:
    published = {model.__name__ for model in REGISTRY.values() if not issubclass(model, CommandEvent)}
    assert {kind.__name__ for kind in (*ORDER_EVENTS, *PRODUCT_EVENTS)} == published


def test_every_event_of_the_domain_is_in_one_of_its_unions() -> None:
    bases = {domain.OrderChange, domain.ProductChange}
    defined = {
        kind
        for kind in vars(domain).values()
        if isinstance(kind, type) and any(issubclass(kind, base) and kind is not base for base in bases)
    }
    assert defined == {*ORDER_EVENTS, *PRODUCT_EVENTS}
    assert get_type_hints(publish_order_event)["event"] == domain.OrderEvent
