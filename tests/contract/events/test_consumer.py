"""The projector takes every golden example, and what producers may add to it one day."""

from typing import Any, Final

import orjson
import pytest

from orders_contracts.codec import Event, decode_event
from orders_contracts.orders import OrderEvent
from orders_contracts.registry import name_of
from projector.application.log import Aggregate, Unreadable
from projector.application.projections.command_status import COMMAND_STATUS
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.contract.events.applying import applied, document_before, judged, life
from tests.contract.events.goldens import TYPES, golden

EVENTS: Final = {type_: decode_event(golden(type_)) for type_ in TYPES}
ORDER_EVENTS: Final = [type_ for type_ in TYPES if EVENTS[type_].envelope.aggregatetype == "order"]
PRODUCT_EVENTS: Final = [type_ for type_ in TYPES if EVENTS[type_].envelope.aggregatetype == "product"]
COMMAND_EVENTS: Final = [type_ for type_ in TYPES if EVENTS[type_].envelope.aggregatetype == "command"]
MAPS: Final = ("result", "problem")
"""What is a map in an event: whatever is in it, is of the message."""
RESULTS: Final = [name for name in OrderEvent.__struct_fields__ if name != "lines"]


@pytest.mark.parametrize("type_", TYPES)
def test_an_example_is_judged_fit_to_be_applied(type_: str) -> None:
    assert judged(golden(type_)) == EVENTS[type_]


@pytest.mark.parametrize("type_", ORDER_EVENTS)
def test_an_example_of_an_order_shows_in_every_read_model_of_orders(type_: str) -> None:
    event = EVENTS[type_]
    envelope, said = event.envelope, orjson.loads(golden(type_))["data"]
    writes = applied([event], document_before(EVENTS, event))
    view, summary, entry = (
        orjson.loads(rows[0].doc)
        for rows in (writes.of(ORDER_VIEW), writes.of(ORDER_SUMMARY), writes.of(ORDER_HISTORY))
    )
    assert {name: view[name] for name in RESULTS} == {name: said[name] for name in RESULTS}
    assert (view["version"], view["updated_at"]) == (envelope.aggregateversion, envelope.time)
    assert all(line in view["items"] for line in said["lines"])
    assert summary == {name: view[name] for name in summary}
    assert (entry["type"], entry["version"], entry["actor"]) == (name_of(type_), view["version"], envelope.actor)
    assert entry["data"] == said
    assert list(writes.changes) == [("order", envelope.subject, envelope.aggregateversion)]
    assert not writes.of(PRODUCT_VIEW)


@pytest.mark.parametrize("type_", PRODUCT_EVENTS)
def test_an_example_of_a_product_shows_in_its_view(type_: str) -> None:
    envelope, said = EVENTS[type_].envelope, orjson.loads(golden(type_))["data"]
    writes = applied([EVENTS[type_]])
    document = orjson.loads(writes.of(PRODUCT_VIEW)[0].doc)
    assert {name: document.pop(name) for name in ("version", "updated_at")} == {
        "version": envelope.aggregateversion,
        "updated_at": envelope.time,
    }
    assert document == {name: said[name] for name in document}
    assert list(writes.changes) == [("product", envelope.subject, envelope.aggregateversion)]
    assert not writes.of(ORDER_VIEW)


@pytest.mark.parametrize("type_", COMMAND_EVENTS)
def test_an_example_of_a_command_shows_in_its_status(type_: str) -> None:
    envelope, said = EVENTS[type_].envelope, orjson.loads(golden(type_))["data"]
    writes = applied([EVENTS[type_]])
    document = orjson.loads(writes.of(COMMAND_STATUS)[0].doc)
    assert (document["command_id"], document["command"]) == (envelope.subject, said["command"])
    assert document["status"] == name_of(type_).removeprefix("Command").lower()
    assert {name: document[name] for name in MAPS if name in document} == {
        name: said[name] for name in MAPS if name in said
    }
    moments = (document["accepted_at"], document.get("ended_at", document["accepted_at"]))
    assert moments == (said.get("accepted_at", envelope.time), envelope.time)
    assert list(writes.changes) == [("command", envelope.subject, envelope.aggregateversion)]
    assert not writes.of(ORDER_VIEW)


def test_the_examples_of_one_order_tell_its_whole_life() -> None:
    told = life(EVENTS)
    assert [event.envelope.aggregateversion for event in told] == list(range(1, 10))
    writes = applied(told)
    order = orjson.loads(writes.of(ORDER_VIEW)[0].doc)
    assert (order["status"], order["fulfilment_status"], order["version"]) == ("COMPLETED", "delivered", 9)
    assert order["shipping_address"]["city"] == "Liège"
    assert [line["sku"] for line in order["items"]] == ["CUP-BLUE-250", "TEA.ASSAM_100G"]
    assert order["shipments"][0]["delivered_at"] is not None
    assert len(writes.of(ORDER_HISTORY)) == 9


@pytest.mark.parametrize("type_", TYPES)
def test_fields_that_a_newer_producer_adds_are_passed_over(type_: str) -> None:
    newer = _with_more(orjson.loads(golden(type_)))
    envelope, data = decode_event(orjson.dumps(newer))
    assert data == EVENTS[type_].data
    assert judged(orjson.dumps(newer)) == (envelope, data)
    assert applied([Event(envelope, data)], document_before(EVENTS, Event(envelope, data))).changes


def test_the_examples_of_the_order_that_came_back_show_what_it_has_beside_its_lines() -> None:
    noted = EVENTS["orders.NoteAdded.v1"]
    (row,) = applied([noted], document_before(EVENTS, noted)).of(ORDER_VIEW)
    draft = orjson.loads(row.doc)
    assert draft["charges"] == [{"kind": "shipping", "label": "Standard, 3 days", "amount_cents": 490}]
    assert [(note["actor"], note["added_at"]) for note in draft["notes"]] == [("customer:ada", noted.envelope.time)]
    refunded = EVENTS["orders.RefundRecorded.v1"]
    (row,) = applied([refunded], document_before(EVENTS, refunded)).of(ORDER_VIEW)
    order = orjson.loads(row.doc)
    assert order["notes"] == draft["notes"]
    assert (order["payment_status"], order["return_status"]) == ("part_refunded", "partial")
    assert [(back["status"], back["rejection_reason"]) for back in order["returns"]] == [
        ("rejected", "the pack is open")
    ]


@pytest.mark.parametrize("type_", TYPES)
def test_a_version_that_is_not_known_yet_is_set_apart_and_not_guessed_at(type_: str) -> None:
    later = type_.rpartition(".v")[0] + ".v99"
    unknown = orjson.loads(golden(type_)) | {"type": later}
    envelope = EVENTS[type_].envelope
    assert judged(orjson.dumps(unknown)) == Unreadable(
        Aggregate(envelope.aggregatetype, envelope.subject),
        envelope.aggregateversion,
        later,
        f"unknown type {later}",
    )


def _with_more(value: Any) -> Any:
    """The same with a field more in every object."""
    match value:
        case dict():
            more = {name: inner if name in MAPS else _with_more(inner) for name, inner in value.items()}
            return {**more, "newfangled": {"a": [1, None]}}
        case list():
            return [_with_more(inner) for inner in value]
        case _:
            return value
