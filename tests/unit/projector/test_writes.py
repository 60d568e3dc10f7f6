"""What a batch comes to as a whole, and what does not fit."""

from collections.abc import Iterable

import pytest

from orders_contracts import orders
from projector.application.judgement import judge
from projector.application.log import Aggregate, Checkpoint, readable
from projector.application.projections.fold import WAITS, fold, orders_to_load
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.fakes.projector_events import (
    START,
    Happening,
    NumberedLog,
    OrderLife,
    ProductLife,
    an_id,
    life_of,
)
from tests.unit.projector.folding import folded


def test_rows_come_in_key_order_whatever_came_first() -> None:
    lives = [life_of(number) for number in range(20)]
    pens = [ProductLife(f"PEN-{number}").tell() for number in (3, 1, 2)]
    writes = folded([*(life[0] for life in lives), *pens, *(life[1] for life in reversed(lives))])
    for rows in (writes.of(ORDER_VIEW), writes.of(ORDER_SUMMARY)):
        keys = [row.order_id for row in rows]
        assert keys == sorted(set(keys))
    assert len(writes.of(ORDER_VIEW)) == 20
    history = [(row.order_id, row.version) for row in writes.of(ORDER_HISTORY)]
    assert history == sorted(history)
    assert [row.sku for row in writes.of(PRODUCT_VIEW)] == ["PEN-1", "PEN-2", "PEN-3"]


def test_each_aggregate_that_changed_is_told_once_with_its_last_version() -> None:
    pen = ProductLife()
    changes = folded([*life_of(1), *life_of(2)[:3], pen.tell(), pen.tell()]).changes
    assert sorted(changes) == sorted(
        [("order", OrderLife(1).order_id, 8), ("order", OrderLife(2).order_id, 3), ("product", "PEN-1", 2)]
    )


def parked(happenings: Iterable[Happening]) -> list[tuple[int, str]]:
    """The sequences of what is parked, and why."""
    return [(event.sequence, event.reason) for event in folded(happenings).parked_event]


def test_a_version_too_many_is_parked_with_all_behind_it_and_changes_nothing() -> None:
    life = life_of(1)
    writes = folded([life_of(2)[0], life[0], life[2], life_of(2)[1], life[3]])
    order = OrderLife(1).order_id
    assert [(event.sequence, event.reason) for event in writes.parked_event] == [
        (3, f"cannot be applied: version 3 of order {order} comes after version 1"),
        (5, WAITS),
    ]
    assert {(row.version) for row in writes.of(ORDER_VIEW)} == {1, 2}
    assert writes == folded([life_of(2)[0], life[0], life_of(2)[1]])._replace(parked_event=writes.parked_event)


def test_what_is_parked_keeps_its_bytes_and_tells_what_it_is() -> None:
    life = life_of(1)
    (event, _) = folded([life[0], life[2], life[3]]).parked_event
    assert (event.data, event.event_id, event.version) == (life[2].data, life[2].event_id, 3)
    assert (tuple(event.aggregate), event.type) == (life[2].aggregate, life[2].type)


def test_an_order_that_was_never_created_is_parked_whole() -> None:
    found = parked(life_of(1)[1:])
    assert [sequence for sequence, _ in found] == list(range(1, 8))
    assert "before the order was created" in found[0][1]


def test_an_order_that_is_created_at_another_version_leaves_no_trace() -> None:
    order = OrderLife(version=1)
    writes = folded([order.created(), order.tell(orders.OrderConfirmed)])
    assert (len(writes.parked_event), writes.of(ORDER_VIEW), writes.changes) == (2, (), [])


def test_a_shipment_that_never_left_cannot_arrive_and_the_order_stays_as_it_was() -> None:
    order = OrderLife()
    created = order.created()
    arrived = order.tell(orders.ShipmentDelivered, shipment_id=an_id("none"), fulfilment_status="delivered")
    writes = folded([created, arrived])
    assert ["no shipment" in event.reason for event in writes.parked_event] == [True]
    assert writes.of(ORDER_VIEW) == folded([created]).of(ORDER_VIEW)


@pytest.mark.parametrize("version", [1, 2])
def test_an_order_whose_id_is_none_is_parked(version: int) -> None:
    order = OrderLife(1, START, version - 1)
    one = order.created() if version == 1 else order.tell(orders.OrderConfirmed)
    one.data = one.data.replace(f'"subject":"{OrderLife(1).order_id}"'.encode(), b'"subject":"7"')
    slices = [judge(0, Checkpoint(0, ""), NumberedLog().append(0, [one])).slice]
    assert orders_to_load(readable(slices)) == []
    assert len(fold(slices, []).parked_event) == 1


def test_what_comes_of_an_aggregate_that_is_parked_already_is_parked_behind_it() -> None:
    pen, ink = ProductLife("PEN-1"), ProductLife("INK-1")
    entries = NumberedLog().append(0, [pen.tell(), ink.tell(), *life_of(1)[:2]])
    slices = [judge(0, Checkpoint(0, ""), entries).slice]
    held = {0: {Aggregate("product", "PEN-1"), Aggregate("order", OrderLife(1).order_id)}, 1: set[Aggregate]()}
    writes = fold(slices, [], held)
    assert [(event.sequence, event.reason) for event in writes.parked_event] == [(1, WAITS), (3, WAITS), (4, WAITS)]
    assert [row.sku for row in writes.of(PRODUCT_VIEW)] == ["INK-1"]
    assert fold(slices, [], {1: held[0]}).parked_event == []


def test_what_the_database_refuses_is_parked_for_its_reason() -> None:
    slices = [judge(2, Checkpoint(0, ""), NumberedLog().append(0, [*life_of(1)[:2], life_of(2)[0]])).slice]
    writes = fold(slices, [], refused={(2, 1): "too big", (0, 3): "of another partition"})
    assert [(event.sequence, event.reason) for event in writes.parked_event] == [(1, "too big"), (2, WAITS)]
    assert len(writes.applied) == len(writes.of(ORDER_VIEW)) == 1
