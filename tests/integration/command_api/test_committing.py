"""How commands reach the database: in few statements, together with their neighbours, none the worse for a bad one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.order_writes import OrderWrite
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.writes import Write
from command_api.application.errors import VersionConflict
from tests.integration.command_api.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = datetime(2026, 1, 1, tzinfo=UTC)


def order_write(**changed: Any) -> Write:
    """A well-formed write of a new order, but for what is `changed` in its event or its row."""
    order_id = uuid4()
    row = {"version": 1, "status": "DRAFT", "state": RawJson(b"{}"), "updated_at": AT, "expected": 0}
    event = {
        "partition": 0,
        "event_id": uuid4(),
        "aggregate_type": "order",
        "aggregate_id": str(order_id),
        "version": 1,
        "type": "orders.OrderCreated.v1",
        "data": RawJson(b"{}"),
        "occurred_at": AT,
    }
    for name, value in changed.items():
        where, _, column = name.partition("_")
        target = row if where == "row" else event
        assert column in target
        target[column] = value
    return Write(order_id, (order_id, *row.values()), [tuple(event.values())])


BAD: dict[str, Callable[[], Write]] = {
    "a status with a NUL": lambda: order_write(row_status="a\x00"),
    "a status with half a character": lambda: order_write(row_status="\ud800"),
    "a version beyond all bounds": lambda: order_write(row_version=10**30),
    "a state that is no JSON": lambda: order_write(row_state=RawJson(b"{")),
    "a moment that is none": lambda: order_write(row_updated_at="soon"),
    "a partition out of bounds": lambda: order_write(event_partition=100_000),
    "data that is no JSON": lambda: order_write(event_data=RawJson(b"nothing")),
}
"""What is wrong without breaking a constraint: those have a test of their own."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=4, wait_seconds=5)
    await database.open()
    yield database
    await database.close()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_row_does_not_take_its_neighbours_with_it(
    shop: Shop, database: Database, bad: Callable[[], Write]
) -> None:
    commit = Committer(database)
    writes = [order_write() for _ in range(9)]
    writes.insert(5, bad())
    ends = await asyncio.gather(*(commit(OrderWrite(write, None)) for write in writes), return_exceptions=True)
    assert isinstance(ends.pop(5), psycopg.Error | UnicodeEncodeError)
    assert ends == [None] * 9
    found = await shop.rows(
        "SELECT aggregate_id FROM outbox WHERE aggregate_id = ANY(%s)", [str(w.key) for w in writes]
    )
    assert {row["aggregate_id"] for row in found} == {str(write.key) for write in writes} - {str(writes[5].key)}
    assert await shop.rows("SELECT 1 AS x FROM orders WHERE order_id = %s", writes[5].key) == []


async def test_an_event_that_the_log_has_already_is_refused_alone(shop: Shop, database: Database) -> None:
    commit = Committer(database)
    first = order_write()
    await commit(OrderWrite(first, None))
    await shop.rows("DELETE FROM orders WHERE order_id = %s RETURNING version", first.key)
    ends = await asyncio.gather(
        *(commit(OrderWrite(write, None)) for write in [order_write(), first, order_write()]), return_exceptions=True
    )
    assert [type(end) for end in ends] == [type(None), psycopg.errors.UniqueViolation, type(None)]


async def test_of_two_writes_of_one_order_in_a_batch_only_the_first_is_made(shop: Shop, database: Database) -> None:
    commit = Committer(database)
    await asyncio.gather(*(commit(OrderWrite(order_write(), None)) for _ in range(2)))
    twice = order_write()
    rival = Write(twice.key, twice.row, [(*twice.events[0][:1], uuid4(), *twice.events[0][2:])])
    ends = await asyncio.gather(
        *(commit(OrderWrite(write, None)) for write in [order_write(), order_write(), twice, rival]),
        return_exceptions=True,
    )
    assert [type(end) for end in ends] == [type(None)] * 3 + [VersionConflict]
    assert len(await shop.log(str(twice.key))) == 1
