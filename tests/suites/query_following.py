"""What every adapter of the ports behind streams and reads that wait must do, the fakes included."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from orders_contracts.consistency import ConsistencyToken
from query_api.application.ports import OrderChanges, ParkedAggregates
from query_api.application.views import CHANGES_AT_ONCE, Change, OrderId
from tests.suites.query_rows import OrderRow, connection

ORDER, COMMAND = str(uuid4()), str(uuid4())
PARKED: Final = [("order", ORDER, 3), ("order", ORDER, 4), ("product", "MUG", 1), ("command", COMMAND, None)]
"""Aggregate type, id, and version; None where it could not be read."""


class OrderChangesSuite(ABC):
    """Subclasses say how an adapter comes to hold orders."""

    @abstractmethod
    async def holding(self, orders: Sequence[OrderRow]) -> OrderChanges: ...

    async def test_what_is_behind_a_version_comes_oldest_first(self) -> None:
        order = OrderRow(version=5)
        changes = await self.holding([OrderRow(version=9), order])
        expected = [Change(version, order.history(version)) for version in (3, 4, 5)]
        assert list(await changes.behind(OrderId(order.order_id), 2)) == expected

    async def test_no_more_comes_at_once_than_may_be_held(self) -> None:
        order = OrderRow(version=CHANGES_AT_ONCE + 2)
        changes = await self.holding([order])
        first = await changes.behind(OrderId(order.order_id), 0)
        second = await changes.behind(OrderId(order.order_id), first[-1].version)
        assert [one.version for one in first] == list(range(1, CHANGES_AT_ONCE + 1))
        assert [one.version for one in second] == [CHANGES_AT_ONCE + 1, CHANGES_AT_ONCE + 2]

    @pytest.mark.parametrize("version", [5, 6, 10**18 - 1])
    async def test_behind_the_present_version_nothing_has_come_yet(self, version: int) -> None:
        order = OrderRow(version=5)
        changes = await self.holding([order])
        assert list(await changes.behind(OrderId(order.order_id), version)) == []
        assert list(await changes.behind(OrderId(uuid4()), 0)) == []


class ParkedAggregatesSuite(ABC):
    """Subclasses say how an adapter comes to know of parked events, such as those of PARKED."""

    @abstractmethod
    async def parking(self, events: Sequence[tuple[str, str, int | None]]) -> ParkedAggregates: ...

    @pytest.mark.parametrize(
        ("token", "held"),
        [
            (ConsistencyToken("order", ORDER, 2), False),
            (ConsistencyToken("order", ORDER, 3), True),
            (ConsistencyToken("order", ORDER, 9), True),
            (ConsistencyToken("order", str(uuid4()), 3), False),
            (ConsistencyToken("product", "MUG", 1), True),
            (ConsistencyToken("product", "mug", 1), False),
            (ConsistencyToken("product", ORDER, 9), False),
            (ConsistencyToken("command", COMMAND, 1), True),
        ],
    )
    async def test_a_parked_event_holds_its_version_and_all_later_ones(
        self, token: ConsistencyToken, held: bool
    ) -> None:
        assert await (await self.parking(PARKED)).holds(token) is held

    async def test_where_nothing_is_parked_nothing_is_held(self) -> None:
        assert not await (await self.parking([])).holds(ConsistencyToken("order", ORDER, 9))


def store_parked(database_url: str, events: Sequence[tuple[str, str, int | None]]) -> None:
    """Write what the projector writes when it parks; partitions without parked events have their checkpoints, too."""
    with connection(database_url) as writer, writer.transaction():
        for partition in range(4):
            parked = sum(number % 3 == partition for number in range(len(events)))
            writer.execute(
                "INSERT INTO projection_checkpoint VALUES ('g1', %s, 1, 100, 'an event', %s)", (partition, parked)
            )
        for number, event in enumerate(events):
            _store(writer, number, event)


def _store(writer: psycopg.Connection[object], number: int, event: tuple[str, str, int | None]) -> None:
    writer.execute(
        "INSERT INTO parked_event (projection, partition, sequence, event_id, aggregate_type, aggregate_id, version,"
        " type, data, reason) VALUES ('g1', %s, %s, 'an event', %s, %s, %s, 'OrderConfirmed', '', 'it did not fit')",
        (number % 3, number, *event),
    )
