"""How many statements a question costs."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.adapters.postgres.order_views import _UNLESS_KNOWN
from query_api.composition import Parts
from tests.suites.query_rows import (
    CommandRow,
    OrderRow,
    ProductRow,
    connection,
    store_commands,
    store_orders,
    store_products,
)


class Counting(psycopg.AsyncCursor[Any]):
    """Notes each statement."""

    seen: list[str] = []  # noqa: RUF012 - emptied by the fixture

    async def execute(self, query: Any, *args: Any, **options: Any) -> "Counting":
        self.seen.append(str(query))
        await super().execute(query, *args, **options)
        return self


@pytest.fixture
async def counted(parts: Parts) -> list[str]:
    """The statements that the pool runs from now on."""
    await parts.database._pool.wait(timeout=10)  # one that is being opened would slip through uncounted
    parts.database._pool.kwargs = {"autocommit": True, "cursor_factory": Counting}
    await parts.database._pool.drain()
    Counting.seen.clear()
    return Counting.seen


async def test_every_question_is_one_statement(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    order, command = OrderRow(version=3), CommandRow()
    store_commands(read_database_url, [command])
    store_orders(read_database_url, [order, *(OrderRow(customer_id=order.customer_id) for _ in range(30))])
    store_products(read_database_url, [ProductRow(sku="MUG")])
    for path in (
        f"/orders/{order.order_id}",
        f"/orders/{uuid4()}",
        "/orders?status=DRAFT&sku=MUG",
        f"/customers/{order.customer_id}/orders",
        f"/orders/{order.order_id}/history",
        f"/orders/{uuid4()}/history",
        "/products/MUG",
        "/products",
        f"/commands/{command.command_id}",
        f"/commands/{uuid4()}",
        f"/customers/{order.customer_id}/summary",
        "/reports/sales",
        "/reports/sales?currency=EUR",
        "/projections",
    ):
        counted.clear()
        assert (await client.get(f"/api/v1{path}")).status_code in {200, 404}
        assert len(counted) == 1, path


@pytest.mark.parametrize(
    ("tags", "status"), [('"3"', 304), ('"2", W/"3"', 304), ('"2"', 200), ('"a", "4"', 200), ("*", 304)]
)
async def test_a_question_on_condition_is_one_statement(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str, tags: str, status: int
) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    answer = await client.get(f"/api/v1/orders/{order.order_id}", headers={"If-None-Match": tags})
    assert (answer.status_code, answer.content) == (status, b"" if status == 304 else order.document())
    assert len(counted) == 1


async def test_as_of_a_version_a_question_about_something_else_is_two_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    headers = {"Consistency-Token": encode_token(ConsistencyToken("order", str(order.order_id), 3))}
    its_own = f"/orders/{order.order_id}"
    summary = f"/customers/{order.customer_id}/summary"
    for path, statements in {
        its_own: 1,
        "/orders": 2,
        f"{its_own}/history": 2,
        summary: 2,
        "/reports/sales": 2,
    }.items():
        counted.clear()
        assert (await client.get(f"/api/v1{path}", headers=headers)).status_code == 200
        assert len(counted) == statements, path
    known = await client.get(f"/api/v1{its_own}", headers=headers | {"If-None-Match": '"3"'})
    assert (known.status_code, len(counted)) == (304, 3)


@pytest.mark.parametrize(("known", "read"), [("{3}", False), ("{2,4}", True)])
def test_a_document_that_is_not_answered_is_not_read(read_database_url: str, known: str, read: bool) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    with connection(read_database_url) as writer:
        # So long, and so hard to compress, that Postgres keeps it apart from the row.
        long = "SELECT to_json(string_agg(gen_random_uuid()::text, ' ')) FROM generate_series(1, 2000)"
        writer.execute(f"UPDATE order_view SET doc = ({long})".encode())
        query = f"EXPLAIN (ANALYZE, BUFFERS, SERIALIZE BINARY, FORMAT JSON) {_UNLESS_KNOWN}".encode()
        row = writer.execute(query, {"ids": [order.order_id], "known": [known]}).fetchone()
    assert row is not None
    sent = row[0][0]["Serialization"]
    blocks = sent["Shared Hit Blocks"] + sent["Shared Read Blocks"]
    assert (sent["Output Volume"] > 50, blocks > 5) == (read, read)


async def test_orders_asked_for_at_once_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    orders = [OrderRow() for _ in range(40)]
    store_orders(read_database_url, orders)
    answers = await asyncio.gather(*(client.get(f"/api/v1/orders/{order.order_id}") for order in orders))
    assert [answer.content for answer in answers] == [order.document() for order in orders]
    assert 1 <= len(counted) <= 10


async def test_orders_asked_for_on_condition_at_once_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    orders = [OrderRow(version=3) for _ in range(40)]
    store_orders(read_database_url, orders)
    tags = [{"If-None-Match": f'"{2 + number % 2}"'} for number in range(40)]
    asked = [client.get(f"/api/v1/orders/{one.order_id}", headers=tag) for one, tag in zip(orders, tags, strict=True)]
    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200, 304] * 20
    assert 1 <= len(counted) <= 10


async def test_lists_asked_for_at_once_by_the_same_filters_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    orders = [OrderRow() for _ in range(40)]
    store_orders(read_database_url, orders)
    asked = [client.get(f"/api/v1/customers/{order.customer_id}/orders") for order in orders]
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert [[item["order_id"] for item in answer["items"]] for answer in answers] == [[str(o.order_id)] for o in orders]
    assert 1 <= len(counted) <= 10


async def test_commands_asked_for_at_once_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    commands = [CommandRow() for _ in range(40)]
    store_commands(read_database_url, commands)
    answers = await asyncio.gather(*(client.get(f"/api/v1/commands/{one.command_id}") for one in commands))
    assert [answer.content for answer in answers] == [one.document() for one in commands]
    assert 1 <= len(counted) <= 10
