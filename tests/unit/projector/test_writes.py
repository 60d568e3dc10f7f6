"""What a batch comes to as a whole, and what does not fit."""

import pytest

from orders_contracts.v1 import orders
from projector.application.projections.fold import PoisonEvent
from tests.fakes.projector_events import (
    START,
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
    for rows in (writes.order_view, writes.order_summary):
        keys = [row.order_id for row in rows]
        assert keys == sorted(set(keys))
    assert len(writes.order_view) == 20
    history = [(row.order_id, row.version) for row in writes.order_history]
    assert history == sorted(history)
    assert [row.sku for row in writes.product_view] == ["PEN-1", "PEN-2", "PEN-3"]


def test_each_aggregate_that_changed_is_told_once_with_its_last_version() -> None:
    pen = ProductLife()
    changes = folded([*life_of(1), *life_of(2)[:3], pen.tell(), pen.tell()]).changes
    assert sorted(changes) == sorted(
        [("order", OrderLife(1).order_id, 8), ("order", OrderLife(2).order_id, 3), ("product", "PEN-1", 2)]
    )


def test_a_version_too_many_is_poison() -> None:
    life = life_of(1)
    with pytest.raises(PoisonEvent, match="comes after version 1") as caught:
        folded([life_of(2)[0], life[0], life[2]])
    assert (caught.value.partition, caught.value.sequence) == (0, 3)


def test_an_order_that_was_never_created_is_poison() -> None:
    with pytest.raises(PoisonEvent, match="before the order was created"):
        folded(life_of(1)[1:])


def test_a_shipment_that_never_left_cannot_arrive() -> None:
    order = OrderLife()
    with pytest.raises(PoisonEvent, match="no shipment"):
        folded([order.created(), order.tell(orders.ShipmentDelivered, shipment_id=an_id("none"))])


def test_an_order_whose_id_is_none_is_poison() -> None:
    one = OrderLife(1, START).created()
    one.data = one.data.replace(f'"subject":"{OrderLife(1).order_id}"'.encode(), b'"subject":"7"')
    with pytest.raises(PoisonEvent):
        folded([one])
