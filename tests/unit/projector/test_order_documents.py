"""What each event makes of the order's document."""

import json
from typing import Any

from orders_contracts import orders
from projector.application.judgement import judge
from projector.application.log import Checkpoint, readable
from projector.application.projections.fold import fold, orders_to_load
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from tests.fakes.projector_events import (
    ADDRESS,
    NumberedLog,
    OrderLife,
    an_id,
    life_of,
    line,
)
from tests.unit.projector.folding import ADDRESS_DOC, folded, view_after

NEW_ORDER: list[tuple[str, object]] = [
    ("order_id", OrderLife(1).order_id),
    ("customer_id", str(an_id("customer", 1))),
    ("reference", "r-1"),
    ("status", "DRAFT"),
    ("version", 1),
    ("currency", "EUR"),
    (
        "items",
        [
            {
                "line_number": 1,
                "sku": "PEN",
                "name": "The PEN",
                "quantity": 2,
                "unit_price_cents": 500,
                "line_total_cents": 1_000,
                "discount_cents": 0,
                "cancelled_quantity": 0,
                "shipped_quantity": 0,
                "delivered_quantity": 0,
                "return_requested_quantity": 0,
                "returned_quantity": 0,
            }
        ],
    ),
    ("discounts", []),
    ("charges", []),
    ("item_count", 2),
    ("subtotal_cents", 1_000),
    ("discount_cents", 1),
    ("charges_cents", 2),
    ("total_cents", 1_001),
    ("returned_cents", 0),
    ("shipping_address", None),
    ("payment_status", "unpaid"),
    ("fulfilment_status", "unfulfilled"),
    ("return_status", "none"),
    ("shipments", []),
    ("returns", []),
    ("notes", []),
    ("created_at", "2026-11-22T08:00:01.000000Z"),
    ("updated_at", "2026-11-22T08:00:01.000000Z"),
]


def test_a_new_order_is_answered_whole_with_its_keys_in_order() -> None:
    pen = line(1, "PEN", 2)
    order = OrderLife(1)
    created = order.created(
        pen, reference="r-1", item_count=2, subtotal_cents=1_000, discount_cents=1, charges_cents=2, total_cents=1_001
    )
    assert list(view_after([created]).items()) == NEW_ORDER


def test_an_order_may_be_created_with_an_address() -> None:
    order = OrderLife()
    created = order.tell(orders.OrderCreated, customer_id=an_id("c"), reference=None, shipping_address=ADDRESS)
    assert view_after([created])["shipping_address"] == ADDRESS_DOC


def test_every_event_brings_the_results_the_version_and_the_time() -> None:
    results: dict[str, Any] = {
        "status": "COMPLETED",
        "payment_status": "paid",
        "fulfilment_status": "partial",
        "return_status": "requested",
        "currency": "JPY",
        "item_count": 5,
        "subtotal_cents": 9,
        "discount_cents": 8,
        "charges_cents": 7,
        "total_cents": 6,
        "returned_cents": 4,
    }
    plain = [orders.OrderConfirmed, orders.OrderDiscarded, orders.OrderCompleted]
    for kind in plain:
        order = OrderLife()
        document = view_after([order.created(), order.tell(kind, **results)])
        assert {key: document[key] for key in results} == results
        assert (document["version"], document["updated_at"]) == (2, "2026-11-22T08:00:02.000000Z")
        assert document["created_at"] == "2026-11-22T08:00:01.000000Z"


def test_an_added_line_stands_in_the_order_of_line_numbers() -> None:
    order = OrderLife()
    third = order.created(line(1, "A"), line(3, "C"))
    second = order.tell(orders.OrderItemAdded, [line(2, "B", 4)], sku="B", quantity=4)
    assert [item["sku"] for item in view_after([third, second])["items"]] == ["A", "B", "C"]


def test_a_changed_line_takes_the_place_of_what_it_was() -> None:
    order = OrderLife()
    happenings = [
        order.created(line(1, "A"), line(2, "B")),
        order.tell(orders.OrderItemQuantityChanged, [line(1, "A", 7, 450)], sku="A", quantity=7),
    ]
    items = view_after(happenings)["items"]
    assert [(item["sku"], item["quantity"], item["line_total_cents"]) for item in items] == [
        ("A", 7, 3_150),
        ("B", 1, 500),
    ]


def test_a_removed_line_is_gone_and_the_shares_of_others_are_copied() -> None:
    order = OrderLife()
    happenings = [
        order.created(line(1, "A"), line(2, "B"), line(3, "C")),
        order.tell(orders.OrderItemRemoved, [line(3, "C", discount_cents=9)], sku="B"),
    ]
    items = view_after(happenings)["items"]
    assert [(item["sku"], item["discount_cents"]) for item in items] == [("A", 0), ("C", 9)]


def test_an_address_is_set_and_set_again() -> None:
    order = OrderLife()
    elsewhere = orders.Address(
        recipient="Bob", line1="1", line2="b", city="Bonn", region="NRW", postal_code="5", country="DE"
    )
    happenings = [
        order.created(),
        order.tell(orders.ShippingAddressSet, shipping_address=elsewhere),
        order.tell(orders.ShippingAddressSet, shipping_address=ADDRESS),
    ]
    assert view_after(happenings)["shipping_address"] == ADDRESS_DOC


def test_a_cancelled_order_keeps_its_lines() -> None:
    order = OrderLife()
    happenings = [
        order.created(line(1, "A")),
        order.tell(orders.OrderCancelled, status="CANCELLED", reason="changed my mind"),
    ]
    document = view_after(happenings)
    assert (document["status"], len(document["items"])) == ("CANCELLED", 1)


def test_shipments_say_what_left_when_and_when_it_arrived() -> None:
    order = OrderLife()
    first, second = an_id("s", 1), an_id("s", 2)
    pen = (orders.ShippedItem(line_number=1, sku="A", name="Pen", quantity=2),)
    happenings = [
        order.created(line(1, "A", 5)),
        order.tell(orders.OrderShipped, shipment_id=first, items=pen, carrier="DHL", tracking="T1"),
        order.tell(orders.OrderShipped, shipment_id=second, items=pen, carrier=None, tracking=None),
        order.tell(orders.ShipmentDelivered, shipment_id=second),
    ]
    assert view_after(happenings)["shipments"] == [
        {
            "shipment_id": str(first),
            "items": [{"line_number": 1, "sku": "A", "name": "Pen", "quantity": 2}],
            "carrier": "DHL",
            "tracking": "T1",
            "shipped_at": "2026-11-22T08:00:02.000000Z",
            "delivered_at": None,
        },
        {
            "shipment_id": str(second),
            "items": [{"line_number": 1, "sku": "A", "name": "Pen", "quantity": 2}],
            "carrier": None,
            "tracking": None,
            "shipped_at": "2026-11-22T08:00:03.000000Z",
            "delivered_at": "2026-11-22T08:00:04.000000Z",
        },
    ]


def test_parcels_of_a_document_that_is_older_than_the_present_form_stay_as_they_are() -> None:
    order = OrderLife()
    pen = (orders.ShippedItem(line_number=1, sku="A", name="Pen", quantity=2),)
    created = order.created(line(1, "A", 5))
    left = order.tell(orders.OrderShipped, shipment_id=an_id("s", 1), items=pen, carrier=None, tracking=None)
    document = view_after([created, left])
    document["shipments"][0]["items"] = [{"sku": "A", "quantity": 2}]
    arrived = order.tell(orders.ShipmentDelivered, shipment_id=an_id("s", 1))
    (row,) = folded([arrived], [json.dumps(document).encode()]).of(ORDER_VIEW)
    (parcel,) = json.loads(row.doc)["shipments"]
    assert parcel["items"] == [{"sku": "A", "quantity": 2}]
    assert parcel["delivered_at"] == "2026-11-22T08:00:03.000000Z"


def test_the_fold_goes_on_from_the_stored_document() -> None:
    happenings = life_of(1)
    whole = folded(happenings)
    for cut in range(1, len(happenings)):
        log = NumberedLog().append(0, happenings)
        first = judge(0, Checkpoint(0, ""), log[:cut]).slice
        rest = judge(0, first.end, log[cut:]).slice
        assert orders_to_load(readable([first])) == []
        assert orders_to_load(readable([rest])) == [OrderLife(1).order_id]
        stored = [row.doc for row in fold([first], []).of(ORDER_VIEW)]
        again = fold([rest], stored)
        assert (again.of(ORDER_VIEW), again.of(ORDER_SUMMARY)) == (whole.of(ORDER_VIEW), whole.of(ORDER_SUMMARY))
