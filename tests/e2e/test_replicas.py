"""With two relays and two projectors, one of each may die at any moment: the other takes over what was his."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from tests.e2e.customers import Customers, rows, until
from tests.e2e.running_stack import Stack, stack_up

PARTITIONS = 8
TAKEN_OVER_WITHIN = 5.0


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nine parts, ready: two relays and two projectors among them."""
    with stack_up(tmp_path_factory.mktemp("replicas"), "--relays", "2", "--projectors", "2") as running:
        yield running


async def test_the_flow_goes_on_when_a_relay_and_a_projector_are_killed_and_those_that_come_back_take_over(
    replicated: Stack,
) -> None:
    first, second = ("outbox-relay", "projector"), ("outbox-relay-2", "projector-2")
    async with Customers(replicated.urls()) as customers:
        await customers.stock_up()
        async with customers.ordering(clients=2):
            await all_partitions_flow(customers, within=10)
            await die(replicated, first)
            await all_partitions_flow(customers, within=TAKEN_OVER_WITHIN)
            await asyncio.gather(*(asyncio.to_thread(replicated.call, "restart", name) for name in first))
            await die(replicated, second)
            await all_partitions_flow(customers, within=TAKEN_OVER_WITHIN)
        await customers.all_visible(within=TAKEN_OVER_WITHIN)
        assert set(customers.answers) == {200, 201}
    assert {name for name, part in replicated.status().items() if part["state"] != "ready"} == {*second}


async def die(stack: Stack, names: tuple[str, ...]) -> None:
    """Kill these at the same moment."""
    status = await asyncio.to_thread(stack.status)
    for name in names:
        os.kill(status[name]["pid"], signal.SIGKILL)


async def all_partitions_flow(customers: Customers, within: float) -> None:
    """Until changes of orders that are accepted from now on are visible, some of every partition."""
    deadline = asyncio.get_running_loop().time() + within
    write_side, read_side = customers.urls["write-db"], customers.urls["read-db"]
    ((last,),) = rows(write_side, "SELECT coalesce(max(position), 0) FROM outbox")
    since = f"FROM outbox WHERE aggregate_type = 'order' AND position > {last}"

    def unwritten() -> str | None:
        ((count,),) = rows(write_side, f"SELECT count(DISTINCT partition) {since}")
        return None if count == PARTITIONS else f"orders are written to {count} partitions only"

    await until(unwritten, within)
    wanted = rows(write_side, f"SELECT aggregate_id, version {since}")

    def unseen() -> str | None:
        seen = dict(rows(read_side, "SELECT order_id::text, version FROM order_view"))
        late = [order for order, version in wanted if seen.get(order, 0) < version]
        return f"{len(late)} of {len(wanted)} changes are not visible" if late else None

    await until(unseen, deadline - asyncio.get_running_loop().time())
