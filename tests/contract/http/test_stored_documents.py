"""What the projector stores is what query-api's document says that it answers: its bytes are sent as they are."""

from copy import deepcopy
from functools import cache
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from orders_contracts.codec import decode_event
from projector.application.projections.command_status import COMMAND_STATUS
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from projector.application.projections.read_model import ReadModel
from tests.contract.events.applying import applied, document_before
from tests.contract.events.goldens import WRITTEN_TYPES, golden
from tests.contract.http.documents import document
from tests.contract.http.schemas import standalone

EVENTS: Final = {type_: decode_event(golden(type_)) for type_ in WRITTEN_TYPES}
STORED: Final[dict[str, ReadModel[Any]]] = {
    "Order": ORDER_VIEW,
    "OrderSummary": ORDER_SUMMARY,
    "HistoryEntry": ORDER_HISTORY,
    "Product": PRODUCT_VIEW,
    "Command": COMMAND_STATUS,
}
PARTS: Final = ("items", "discounts", "charges", "shipments", "returns", "notes")


@cache
def _validator(name: str) -> Any:
    """For one schema of the document, taken as closed: a field that is not described is a fault."""
    whole = orjson.loads(orjson.dumps(document("query-api")))
    closed = deepcopy(standalone(whole, {"$ref": f"#/components/schemas/{name}"}))
    for schema in closed["$defs"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return jsonschema_rs.validator_for(closed, validate_formats=True)


def faults(name: str, stored: object) -> list[str]:
    """How a stored document breaks the schema `name`."""
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in _validator(name).iter_errors(stored)]


def stored_after(type_: str) -> dict[str, list[Any]]:
    """By schema: the documents after the example of this type."""
    writes = applied([EVENTS[type_]], document_before(EVENTS, EVENTS[type_]))
    return {name: [orjson.loads(row.doc) for row in writes.of(model)] for name, model in STORED.items()}


@pytest.mark.parametrize("type_", WRITTEN_TYPES)
def test_what_is_stored_after_an_event_is_described_field_by_field(type_: str) -> None:
    stored = stored_after(type_)
    assert any(stored.values())
    for name, documents in stored.items():
        assert [fault for one in documents for fault in faults(name, one)] == []


def test_every_list_of_an_order_is_filled_after_some_example() -> None:
    orders = [order for type_ in WRITTEN_TYPES for order in stored_after(type_)["Order"]]
    assert {part for part in PARTS for order in orders if order[part]} == set(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_field_that_is_not_described_and_one_that_is_missing_are_told(part: str) -> None:
    order = next(one for type_ in WRITTEN_TYPES for one in stored_after(type_)["Order"] if one[part])
    more = order | {part: [one | {"colour": "blue"} for one in order[part]]}
    assert any(fault.startswith(f"{part}/0") and "colour" in fault for fault in faults("Order", more))
    assert any(fault.startswith(f"{part}/0") for fault in faults("Order", order | {part: [{}]}))
