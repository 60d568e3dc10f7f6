"""How many statements a question costs."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from query_api.composition import Parts
from tests.suites.query_rows import (
    CommandRow,
    OrderRow,
    ProductRow,
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


async def test_orders_asked_for_at_once_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    orders = [OrderRow() for _ in range(40)]
    store_orders(read_database_url, orders)
    answers = await asyncio.gather(*(client.get(f"/api/v1/orders/{order.order_id}") for order in orders))
    assert [answer.content for answer in answers] == [order.document() for order in orders]
    assert 1 <= len(counted) <= 10


async def test_commands_asked_for_at_once_share_statements(
    client: httpx.AsyncClient, counted: list[str], read_database_url: str
) -> None:
    commands = [CommandRow() for _ in range(40)]
    store_commands(read_database_url, commands)
    answers = await asyncio.gather(*(client.get(f"/api/v1/commands/{one.command_id}") for one in commands))
    assert [answer.content for answer in answers] == [one.document() for one in commands]
    assert 1 <= len(counted) <= 10
