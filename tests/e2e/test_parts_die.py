"""Any part may die under load. Nothing acknowledged is lost, nothing is doubled, and nobody sees a 500."""

import asyncio

import httpx
import pytest

from tests.e2e.customers import Customers, until
from tests.e2e.running_stack import ENGINES, PROCESSES, Stack

ALLOWED = {200, 201, 503, "cut"}


@pytest.mark.parametrize("name", [*PROCESSES, *ENGINES])
async def test_a_part_is_killed_and_started_again_under_load(name: str, customers: Customers, stack: Stack) -> None:
    pid = stack.status()[name]["pid"]
    async with customers.ordering():
        await enough_orders(customers)
        await asyncio.to_thread(stack.call, "kill", name)
        await asyncio.to_thread(stack.call, "restart", name)
        await enough_orders(customers)
    assert stack.status()[name]["pid"] != pid
    await customers.all_visible(within=10)
    assert set(customers.answers) <= ALLOWED


async def test_without_redis_commands_are_taken_and_come_through_when_it_returns(
    customers: Customers, stack: Stack
) -> None:
    stack.call("kill", "redis")
    accepted = [await customers.order("E2E-TEA") for _ in range(20)]
    assert {answer.status_code for answer in accepted} == {201}
    stack.call("restart", "redis")
    await customers.all_visible(within=3)


async def test_without_the_read_database_commands_are_taken(customers: Customers, stack: Stack) -> None:
    stack.call("kill", "read-db")
    assert (await customers.order("E2E-TEA")).status_code == httpx.codes.CREATED
    refused = await customers.queries.get("/orders")
    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.headers["Retry-After"]
    stack.call("restart", "read-db")
    await customers.all_visible(within=5)
    assert (await customers.queries.get("/orders")).status_code == httpx.codes.OK


async def test_without_the_write_database_queries_are_answered(customers: Customers, stack: Stack) -> None:
    order = (await customers.order("E2E-TEA")).json()["order_id"]
    await customers.all_visible(within=5)
    stack.call("kill", "write-db")
    assert (await customers.queries.get(f"/orders/{order}")).status_code == httpx.codes.OK
    refused = await customers.order("E2E-TEA")
    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert refused.headers["Retry-After"]
    assert refused.json()["code"] == "unavailable"
    stack.call("restart", "write-db")
    await comes_back(customers, within=3)
    await customers.all_visible(within=5)


async def enough_orders(customers: Customers, more: int = 10, within: float = 20) -> None:
    """Until so many more orders have been acknowledged."""
    goal = len(customers.acknowledged) + more
    await until(lambda: None if len(customers.acknowledged) >= goal else "too few orders are taken", within)


async def comes_back(customers: Customers, within: float) -> None:
    """Until an order is taken again."""
    deadline = asyncio.get_running_loop().time() + within
    while (answer := await customers.order("E2E-TEA")).status_code != httpx.codes.CREATED:
        assert asyncio.get_running_loop().time() < deadline, answer.text
