"""What streams and reads that wait ask, on a real Postgres."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest

from orders_contracts.consistency import ConsistencyToken
from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.order_changes import PostgresOrderChanges
from query_api.adapters.postgres.parked_aggregates import PostgresParkedAggregates
from query_api.application.views import OrderId
from tests.suites.query_following import OrderChangesSuite, ParkedAggregatesSuite, store_parked
from tests.suites.query_rows import OrderRow, store_orders


class TestPostgresOrderChanges(OrderChangesSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, orders: Sequence[OrderRow]) -> PostgresOrderChanges:
        store_orders(self._url, orders)
        return PostgresOrderChanges(self._database)

    async def test_those_who_ask_together_are_each_answered_from_where_they_are(self) -> None:
        orders = [OrderRow(version=version) for version in (2, 5, 3)]
        changes = await self.holding(orders)
        asked = [(order, seen) for order in orders for seen in range(4)]
        answers = await asyncio.gather(*(changes.behind(OrderId(order.order_id), seen) for order, seen in asked))
        for (order, seen), answer in zip(asked, answers, strict=True):
            assert [one.version for one in answer] == list(range(seen + 1, order.version + 1))


class TestPostgresParkedAggregates(ParkedAggregatesSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def parking(self, events: Sequence[tuple[str, str, int | None]]) -> PostgresParkedAggregates:
        store_parked(self._url, events)
        return PostgresParkedAggregates(self._database)

    async def test_those_who_ask_together_are_each_answered_about_their_own(self) -> None:
        ids = [str(uuid4()) for _ in range(6)]
        parked = await self.parking([("order", one, 2) for one in ids[::2]])
        tokens = [ConsistencyToken("order", one, version) for one in ids for version in (1, 2)]
        answers = await asyncio.gather(*(parked.holds(token) for token in tokens))
        assert answers == [token.aggregate_id in ids[::2] and token.version == 2 for token in tokens]
