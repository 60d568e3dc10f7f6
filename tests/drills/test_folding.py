"""The checker's own fold: against documents that a real system has stored, and against the projector's fold."""

from copy import deepcopy
from random import Random
from typing import Any, Final

import orjson
import pytest

from orders_contracts.codec import decode_event
from orders_contracts.streams import NO_EVENT
from projector.application.judgement import judge
from projector.application.log import Checkpoint, Entry
from projector.application.projections.command_status import COMMAND_STATUS
from projector.application.projections.fold import Writes, fold
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.contract.events.applying import applied, document_before
from tests.contract.events.goldens import TYPES, WRITTEN_TYPES, golden
from tests.drills.checker.asking import number
from tests.drills.checker.evidence import Tick
from tests.drills.checker.folding import command_after, history_of, next_order, product_after, summary_of, token_after
from tests.drills.recording import load

EVENTS: Final = {type_: decode_event(golden(type_)) for type_ in TYPES}
BOUGHT: Final = "019abcde-0001-7000-8000-00000000f00d"


def life() -> list[bytes]:
    """The golden examples of one order's whole life: bought, sent, delivered."""
    events = [golden(type_) for type_ in WRITTEN_TYPES]
    ours = [event for event in events if orjson.loads(event)["subject"] == BOUGHT]
    return sorted(ours, key=lambda event: orjson.loads(event)["aggregateversion"])


def test_the_fold_of_a_recorded_log_is_what_was_stored() -> None:
    _, log, _, side = load()
    orders: dict[str, dict[str, Any]] = {}
    for event in log.events:
        kind, subject = event.aggregate
        if kind == "order":
            orders[subject] = next_order(orders.get(subject), orjson.loads(event.raw))

    assert orders == {order: orjson.loads(doc) for order, (_, doc) in side.orders.items()}
    assert {one["status"] for one in orders.values()} >= {"DRAFT", "CONFIRMED", "CANCELLED", "DISCARDED"}


def test_both_folds_agree_on_a_whole_life_event_by_event() -> None:
    document = None
    for count, event in enumerate(life(), 1):
        document = next_order(document, orjson.loads(event))
        writes = _projected(life()[:count])
        assert orjson.loads(writes.of(ORDER_VIEW)[0].doc) == document
        assert orjson.loads(writes.of(ORDER_SUMMARY)[0].doc) == summary_of(document)
        assert orjson.loads(writes.of(ORDER_HISTORY)[-1].doc) == history_of(orjson.loads(event))
    assert document is not None
    assert (document["status"], document["version"]) == ("COMPLETED", 9)


@pytest.mark.parametrize("type_", [type_ for type_ in WRITTEN_TYPES if b'"aggregatetype":"order"' in golden(type_)])
def test_both_folds_agree_on_every_event_of_an_order(type_: str) -> None:
    event = EVENTS[type_]
    stored = document_before(EVENTS, event)
    before = orjson.loads(stored[0]) if stored else None
    (row,) = applied([event], stored).of(ORDER_VIEW)
    assert orjson.loads(row.doc) == next_order(before, orjson.loads(golden(type_)))


@pytest.mark.parametrize("type_", [type_ for type_ in TYPES if b'"aggregatetype":"product"' in golden(type_)])
def test_both_folds_agree_on_products(type_: str) -> None:
    writes = _projected([golden(type_)])
    assert orjson.loads(writes.of(PRODUCT_VIEW)[0].doc) == product_after(orjson.loads(golden(type_)))


@pytest.mark.parametrize("type_", [type_ for type_ in TYPES if b'"aggregatetype":"command"' in golden(type_)])
def test_both_folds_agree_on_commands(type_: str) -> None:
    (row,) = _projected([golden(type_)]).of(COMMAND_STATUS)
    envelope = orjson.loads(golden(type_))
    assert (orjson.loads(row.doc), row.token) == (command_after(envelope), token_after(envelope))


def test_an_order_that_does_not_begin_is_refused() -> None:
    with pytest.raises(LookupError, match="first event"):
        next_order(None, orjson.loads(life()[1]))


def test_a_document_that_was_handed_out_is_not_changed_by_what_comes_later() -> None:
    document = None
    for event in life():
        document = next_order(document, orjson.loads(event))
        before = deepcopy(document)
        assert next_order(dict(document), orjson.loads(life()[-2])) != {}
        assert document == before


def test_a_late_transaction_is_numbered_where_it_is_first_seen() -> None:
    ticks = [
        Tick(0, 1, frozenset(), (0,)),
        Tick(1, 12, frozenset({10}), (2,)),
        Tick(2, 14, frozenset({10}), (3,)),
        Tick(3, 15, frozenset(), (4,)),
    ]
    rows = [_row(xid, position) for position, xid in enumerate((9, 10, 11, 13, 20), 1)]
    shuffled = Random(1).sample(rows, len(rows))

    events = number(shuffled, ticks)

    assert [(event.event_id, event.tick, event.sequence) for event in events] == [
        ("9", 1, 1),
        ("11", 1, 2),
        ("13", 2, 3),
        ("10", 3, 4),
        ("20", None, 5),
    ]


def _row(xid: int, position: int) -> tuple[object, ...]:
    return xid, position, 0, str(xid), "order", "o", position, "orders.OrderCreated.v1", "{}"


def _projected(events: list[bytes]) -> Writes:
    ids = [NO_EVENT, *(orjson.loads(event)["id"] for event in events)]
    entries = [Entry(n, ids[n], ids[n - 1], event) for n, event in enumerate(events, 1)]
    return fold([judge(0, Checkpoint(0, NO_EVENT), entries).slice], [])
