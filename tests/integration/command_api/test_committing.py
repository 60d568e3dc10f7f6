"""How commands reach the database: in few statements, together with their neighbours, none the worse for a bad one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from command_api import composition
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.order_writes import OrderWrite
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.writes import Write
from command_api.application.errors import VersionConflict
from command_api.settings import Settings
from tests.integration.command_api.shop import ADDRESS, Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = datetime(2026, 1, 1, tzinfo=UTC)


class CountingCursor(psycopg.AsyncCursor[Any]):
    """Counts what is executed. BEGIN and COMMIT do not pass through cursors."""

    statements = 0

    async def execute(self, *arguments: Any, **options: Any) -> "CountingCursor":
        CountingCursor.statements += 1
        return await super().execute(*arguments, **options)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counted(database_url: str) -> AsyncIterator[Shop]:
    """A shop whose connections count their statements; it has taken its first command."""
    write_database = Database(database_url, size=4, wait_seconds=5)
    options = write_database._pool.kwargs
    assert isinstance(options, dict)
    options["cursor_factory"] = CountingCursor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "database", lambda _settings: write_database)
        app = composition.application(Settings(database_url=database_url))
    async with open_shop(app, database_url) as shop:
        await shop.product()
        yield shop


async def statements_of(call: Awaitable[object]) -> int:
    before = CountingCursor.statements
    await call
    return CountingCursor.statements - before


async def test_a_command_takes_the_statements_that_it_may(counted: Shop) -> None:
    sku, other = await counted.product(), await counted.product()
    order = await counted.draft({sku: 1, other: 1})
    at = f"/orders/{order}"
    steps: list[tuple[Awaitable[object], int]] = [
        (counted.draft(), 1),
        (counted.draft({sku: 1, other: 1}), 2),
        (counted.call("POST", f"{at}/items", {"sku": sku, "quantity": 1}), 2),
        (counted.call("PUT", f"{at}/items/{sku}", {"quantity": 5}), 2),
        (counted.call("DELETE", f"{at}/items/{other}"), 2),
        (counted.call("PUT", f"{at}/shipping-address", {**ADDRESS, "city": "Paris"}), 2),
        (counted.call("POST", f"{at}/confirm"), 4),
        (counted.ship(order, {sku: 5}), 4),
        (counted.adjust(sku, 1), 2),
    ]
    assert [await statements_of(call) for call, _ in steps] == [most for _, most in steps]


async def test_a_key_costs_no_statement_more_but_where_products_alone_are_written(counted: Shop) -> None:
    sku, other = await counted.product(), await counted.product()
    order = await counted.draft({sku: 1, other: 1})
    at = f"/orders/{order}"

    def keyed(method: str, path: str, body: object = None) -> Awaitable[object]:
        return counted.call(method, path, body, Idempotency_Key=str(uuid4()))

    steps: list[tuple[Awaitable[object], int]] = [
        (keyed("POST", "/orders", {"customer_id": str(uuid4())}), 1),
        (keyed("POST", "/orders", {"customer_id": str(uuid4()), "items": [{"sku": sku, "quantity": 1}]}), 2),
        (keyed("POST", f"{at}/items", {"sku": sku, "quantity": 1}), 2),
        (keyed("PUT", f"{at}/items/{sku}", {"quantity": 5}), 2),
        (keyed("DELETE", f"{at}/items/{other}"), 2),
        (keyed("POST", f"{at}/confirm"), 4),
        (keyed("POST", f"{at}/shipments", {"items": [{"sku": sku, "quantity": 5}]}), 4),
        (keyed("POST", f"/products/{sku}/stock-adjustments", {"delta": 1, "reason": "found"}), 3),
        (keyed("POST", f"{at}/confirm"), 2),  # refused: looked up, and kept
    ]
    assert [await statements_of(call) for call, _ in steps] == [most for _, most in steps]


async def test_a_replay_costs_the_decision_the_key_that_is_taken_and_its_answer(counted: Shop) -> None:
    key, body = str(uuid4()), {"customer_id": str(uuid4())}
    assert await statements_of(counted.call("POST", "/orders", body, Idempotency_Key=key)) == 1
    assert await statements_of(counted.call("POST", "/orders", body, Idempotency_Key=key)) == 2


async def test_a_look_at_the_readiness_costs_commands_nothing(counted: Shop) -> None:
    assert (await counted.client.get("/readyz")).status_code == 200
    skus = [await counted.product() for _ in range(3)]
    alone = await statements_of(counted.client.get("/readyz"))
    together = await statements_of(
        asyncio.gather(counted.client.get("/readyz"), *(counted.adjust(sku, 1) for sku in skus))
    )
    assert together == alone + 2 * len(skus)


async def test_commands_that_come_together_share_their_statements(counted: Shop) -> None:
    sku = await counted.product()
    assert await statements_of(asyncio.gather(*(counted.draft({sku: 1}) for _ in range(40)))) <= 40


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
    "a version that is not positive": lambda: order_write(row_version=0),
    "no version": lambda: order_write(row_version=None),
    "no status": lambda: order_write(row_status=None),
    "a status with a NUL": lambda: order_write(row_status="a\x00"),
    "no state": lambda: order_write(row_state=None),
    "a state that is no JSON": lambda: order_write(row_state=RawJson(b"{")),
    "no moment": lambda: order_write(row_updated_at=None),
    "no partition": lambda: order_write(event_partition=None),
    "a partition out of bounds": lambda: order_write(event_partition=100_000),
    "no event id": lambda: order_write(event_event_id=None),
    "no type": lambda: order_write(event_type=None),
    "no data": lambda: order_write(event_data=None),
    "data that is no JSON": lambda: order_write(event_data=RawJson(b"nothing")),
    "no moment of the event": lambda: order_write(event_occurred_at=None),
}


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
    assert isinstance(ends.pop(5), psycopg.Error)
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
