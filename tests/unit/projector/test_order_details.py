"""What discounts, charges, returns and notes make of the order's document."""

import json
from typing import Any, Final

import pytest

from orders_contracts import orders
from projector.application.projections.order_view import ORDER_VIEW
from tests.fakes.projector_events import Happening, OrderLife, an_id, line
from tests.unit.projector.folding import folded, view_after

BACK: Final = (orders.ReturnedItem(line_number=1, sku="A", name="Pen", quantity=2),)
BACK_DOC: Final = [{"line_number": 1, "sku": "A", "name": "Pen", "quantity": 2}]


def test_discounts_stand_in_the_order_of_applying_until_they_are_removed() -> None:
    order = OrderLife()
    happenings = [
        order.created(line(1, "A")),
        order.tell(orders.DiscountApplied, code="TEN", percent_bp=1_000, amount_cents=None),
        order.tell(orders.DiscountApplied, code="FIVE-OFF", percent_bp=None, amount_cents=500),
        order.tell(orders.DiscountApplied, code="A-LITTLE", percent_bp=1, amount_cents=None),
        order.tell(orders.DiscountRemoved, [line(1, "A", discount_cents=7)], code="TEN", discount_cents=7),
    ]
    document = view_after(happenings)
    assert document["discounts"] == [
        {"code": "FIVE-OFF", "percent_bp": None, "amount_cents": 500},
        {"code": "A-LITTLE", "percent_bp": 1, "amount_cents": None},
    ]
    assert (document["discount_cents"], document["items"][0]["discount_cents"]) == (7, 7)


def test_a_charge_takes_the_place_of_the_one_of_its_kind() -> None:
    order = OrderLife()
    happenings = [
        order.created(),
        order.tell(orders.ChargeSet, kind="shipping", label=None, amount_cents=490),
        order.tell(orders.ChargeSet, kind="tax", label="VAT 21 %", amount_cents=105),
        order.tell(orders.ChargeSet, kind="shipping", label="Express", amount_cents=990),
    ]
    assert view_after(happenings)["charges"] == [
        {"kind": "shipping", "label": "Express", "amount_cents": 990},
        {"kind": "tax", "label": "VAT 21 %", "amount_cents": 105},
    ]
    removed = order.tell(orders.ChargeRemoved, kind="shipping")
    assert [charge["kind"] for charge in view_after([*happenings, removed])["charges"]] == ["tax"]


def requested(order: OrderLife, number: int) -> Happening:
    return order.tell(orders.ReturnRequested, return_id=an_id("r", number), items=BACK, reason=f"broken {number}")


def test_returns_say_what_comes_back_and_what_became_of_it() -> None:
    order = OrderLife()
    happenings = [
        order.created(line(1, "A", 9)),
        requested(order, 1),
        requested(order, 2),
        requested(order, 3),
        order.tell(orders.ReturnReceived, return_id=an_id("r", 1), restocked=True),
        order.tell(orders.ReturnRejected, return_id=an_id("r", 2), reason="worn"),
    ]
    received, rejected, still_out = view_after(happenings)["returns"]
    assert list(received.items()) == [
        ("return_id", str(an_id("r", 1))),
        ("items", BACK_DOC),
        ("reason", "broken 1"),
        ("status", "received"),
        ("restocked", True),
        ("rejection_reason", None),
        ("requested_at", "2026-11-22T08:00:02.000000Z"),
        ("settled_at", "2026-11-22T08:00:05.000000Z"),
    ]
    unsettled = {"items": BACK_DOC, "restocked": None, "rejection_reason": None}
    assert rejected == unsettled | {
        "return_id": str(an_id("r", 2)),
        "reason": "broken 2",
        "status": "rejected",
        "rejection_reason": "worn",
        "requested_at": "2026-11-22T08:00:03.000000Z",
        "settled_at": "2026-11-22T08:00:06.000000Z",
    }
    assert still_out == unsettled | {
        "return_id": str(an_id("r", 3)),
        "reason": "broken 3",
        "status": "requested",
        "requested_at": "2026-11-22T08:00:04.000000Z",
        "settled_at": None,
    }


def test_a_note_says_who_remarked_it_and_when() -> None:
    order = OrderLife()
    happenings = [
        order.created(),
        order.tell(orders.NoteAdded, text="Rang twice.\n\tNobody there.", actor="ada"),
        order.tell(orders.NoteAdded, text="«Été»"),
    ]
    assert view_after(happenings)["notes"] == [
        {"text": "Rang twice.\n\tNobody there.", "added_at": "2026-11-22T08:00:02.000000Z", "actor": "ada"},
        {"text": "«Été»", "added_at": "2026-11-22T08:00:03.000000Z", "actor": None},
    ]


PLAIN: Final[list[tuple[type[orders.OrderEvent], dict[str, Any]]]] = [
    (orders.OrderExpired, {"status": "EXPIRED"}),
    (orders.OrderHeldForReview, {"status": "PENDING_REVIEW"}),
    (orders.OrderRejected, {"status": "REJECTED"}),
    (orders.OrderReviewApproved, {"status": "CONFIRMED", "reviewer": "bob", "reason": "known"}),
    (orders.OrderReviewDeclined, {"status": "CANCELLED", "reviewer": "bob", "reason": "unknown"}),
    (orders.OrderItemCancelled, {"status": "CONFIRMED", "sku": "A", "quantity": 1, "reason": "sold out"}),
    (
        orders.PaymentRecorded,
        {
            "payment_status": "paid",
            "amount_cents": 500,
            "reference": "p",
            "reason": None,
            "paid_cents": 500,
            "refunded_cents": 0,
        },
    ),
    (
        orders.RefundRecorded,
        {
            "payment_status": "refunded",
            "amount_cents": 500,
            "reference": "r",
            "reason": None,
            "paid_cents": 500,
            "refunded_cents": 500,
        },
    ),
]


@pytest.mark.parametrize(("kind", "more"), PLAIN, ids=lambda value: getattr(value, "__name__", ""))
def test_an_event_that_has_only_results_changes_nothing_else(
    kind: type[orders.OrderEvent], more: dict[str, Any]
) -> None:
    order = OrderLife()
    created = order.created(line(1, "A", 3))
    before = view_after([created])
    happenings = [created, order.tell(kind, [line(1, "A", 3, cancelled_quantity=1)], total_cents=77, **more)]
    assert folded(happenings).parked_event == []
    after = view_after(happenings)
    told = {"version": 2, "updated_at": "2026-11-22T08:00:02.000000Z", "total_cents": 77}
    told |= {name: more[name] for name in ("status", "payment_status") if name in more}
    assert after == before | told | {"items": after["items"]}
    assert [item["cancelled_quantity"] for item in after["items"]] == [1]


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        (orders.ReturnReceived, {"restocked": True}, "received"),
        (orders.ReturnRejected, {"reason": "worn"}, "rejected"),
    ],
)
def test_a_return_that_the_document_has_not_is_parked_and_changes_nothing(
    kind: type[orders.OrderEvent], more: dict[str, Any], status: str
) -> None:
    order = OrderLife()
    begun = [order.created(line(1, "A", 3)), requested(order, 1)]
    unknown = order.tell(kind, return_id=an_id("r", 2), total_cents=77, **more)
    writes = folded([*begun, unknown])
    (parked,) = writes.parked_event
    assert f"has no return {an_id('r', 2)} that could be {status}" in parked.reason
    assert json.loads(writes.of(ORDER_VIEW)[0].doc) == view_after(begun)


def test_the_fold_goes_on_from_a_document_that_has_all_of_it() -> None:
    order = OrderLife()
    before = [
        order.created(line(1, "A", 3)),
        order.tell(orders.DiscountApplied, code="TEN", percent_bp=1_000, amount_cents=None),
        order.tell(orders.ChargeSet, kind="fee", label=None, amount_cents=1),
        requested(order, 1),
        order.tell(orders.NoteAdded, text="Rang twice."),
    ]
    after = [
        order.tell(orders.NoteAdded, text="Rang again."),
        order.tell(orders.ReturnReceived, return_id=an_id("r", 1), restocked=False),
    ]
    stored = [row.doc for row in folded(before).of(ORDER_VIEW)]
    writes = folded(after, stored)
    assert writes.of(ORDER_VIEW) == folded([*before, *after]).of(ORDER_VIEW)
    document = json.loads(writes.of(ORDER_VIEW)[0].doc)
    assert [(back["status"], back["restocked"]) for back in document["returns"]] == [("received", False)]
