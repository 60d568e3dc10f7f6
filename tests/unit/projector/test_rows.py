"""Summaries, history, products: what stands in their rows."""

import json
from typing import Any

import pytest

from orders_contracts import products
from orders_contracts.codec import decode_event
from orders_contracts.registry import name_of
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.fakes.projector_events import (
    OrderLife,
    ProductLife,
    an_id,
    life_of,
    line,
)
from tests.unit.projector.folding import folded


def test_a_document_has_no_white_space_between_its_tokens() -> None:
    writes = folded([OrderLife().created(line(1, "PEN")), ProductLife().tell()])
    tables = (writes.of(ORDER_VIEW), writes.of(ORDER_SUMMARY), writes.of(ORDER_HISTORY), writes.of(PRODUCT_VIEW))
    for (row,) in tables:
        assert json.dumps(json.loads(row.doc), separators=(",", ":")).encode() == row.doc


def test_a_summary_says_what_lists_show_and_filter_by() -> None:
    writes = folded(life_of(1)[:2])
    (row,) = writes.of(ORDER_SUMMARY)
    assert list(json.loads(row.doc).items()) == [
        ("order_id", OrderLife(1).order_id),
        ("customer_id", str(an_id("customer", 1))),
        ("reference", "ref-1"),
        ("status", "DRAFT"),
        ("version", 2),
        ("currency", "EUR"),
        ("item_count", 3),
        ("total_cents", 1_500),
        ("created_at", "2026-11-22T08:00:01.000000Z"),
        ("updated_at", "2026-11-22T08:00:02.000000Z"),
    ]
    assert (row.order_id, row.customer_id) == (an_id("order", 1).bytes, an_id("customer", 1).bytes)
    assert (row.status, row.reference, row.total_cents) == ("DRAFT", "ref-1", 1_500)
    assert (row.skus, row.created_at) == (["PEN-1", "INK-1"], "2026-11-22T08:00:01.000000Z")


def test_history_has_one_row_per_event_with_the_data_as_they_came() -> None:
    happenings = life_of(1)
    rows = folded(happenings).of(ORDER_HISTORY)
    assert [row.version for row in rows] == list(range(1, 9))
    for row, one in zip(rows, happenings, strict=True):
        raw = bytes(decode_event(one.data).envelope.data)
        assert row.doc.endswith(b',"data":' + raw + b"}")
        entry = json.loads(row.doc)
        assert list(entry) == ["version", "type", "occurred_at", "actor", "data"]
        assert name_of(one.type) == entry["type"]
        assert entry["occurred_at"] == f"2026-11-22T08:00:0{row.version}.000000Z"
        assert entry["actor"] == ("ada" if entry["type"] == "OrderConfirmed" else None)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (products.ProductListed, {}),
        (products.ProductChanged, {"name": "Better pen", "unit_price_cents": 600}),
        (products.StockAdjusted, {"on_hand": 9, "delta": 9, "reason": "delivery"}),
        (products.StockReserved, {"on_hand": 9, "reserved": 2, "order_id": an_id("o"), "quantity": 2}),
        (products.StockReleased, {"on_hand": 9, "reserved": 1, "order_id": an_id("o"), "quantity": 1}),
        (products.StockShipped, {"on_hand": 8, "reserved": 0, "order_id": an_id("o"), "quantity": 1}),
        (products.StockReturned, {"on_hand": 9, "reserved": 0, "order_id": an_id("o"), "quantity": 1}),
    ],
)
def test_a_product_is_what_its_last_event_says(kind: type[products.ProductEvent], more: dict[str, Any]) -> None:
    product = ProductLife()
    happenings = [product.tell(listed=False, on_hand=100), product.tell(kind, listed=True, **more)]
    (row,) = folded(happenings).of(PRODUCT_VIEW)
    state = product.state
    assert (row.sku, row.version, row.listed) == ("PEN-1", 2, True)
    assert list(json.loads(row.doc).items()) == [
        ("sku", "PEN-1"),
        ("name", state["name"]),
        ("unit_price_cents", state["unit_price_cents"]),
        ("currency", "EUR"),
        ("listed", True),
        ("on_hand", state["on_hand"]),
        ("reserved", state["reserved"]),
        ("available", state["on_hand"] - state["reserved"]),
        ("version", 2),
        ("updated_at", "2026-11-22T08:00:02.000000Z"),
    ]


def test_a_product_that_is_delisted_leaves_the_lists() -> None:
    product = ProductLife()
    happenings = [product.tell(on_hand=3), product.tell(products.ProductDelisted, listed=False)]
    (row,) = folded(happenings).of(PRODUCT_VIEW)
    assert (row.version, row.listed, json.loads(row.doc)["listed"]) == (2, False, False)
