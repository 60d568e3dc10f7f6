"""All read models are made anew while customers order and read: no request fails, and no version goes back."""

import asyncio

import httpx
import psycopg
import redis

from tests.e2e.customers import Customers, pause, rows
from tests.e2e.running_stack import Stack

READERS = 3


class Reader:
    """Looks at the newest orders again and again, and remembers which versions it saw."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._seen: dict[str, int] = {}
        self.looks = 0
        self.steps_back: list[str] = []

    async def read(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            answer = await self._customers.queries.get("/orders", params={"page_size": 10})
            answer.raise_for_status()
            for order in answer.json()["items"]:
                await self._look(order["order_id"], order["version"])
            await pause(stop)

    async def _look(self, order: str, version: int) -> None:
        self._note(order, version)
        answer = await self._customers.queries.get(f"/orders/{order}")
        assert answer.status_code == httpx.codes.OK, answer.text
        self._note(order, answer.json()["version"])

    def _note(self, order: str, version: int) -> None:
        self.looks += 1
        if version < self._seen.get(order, 0):
            self.steps_back.append(f"{order}: {version} after {self._seen[order]}")
        self._seen[order] = max(version, self._seen.get(order, 0))


def groups(customers: Customers) -> set[str]:
    """The generations for which streams are kept."""
    with redis.Redis.from_url(customers.urls["redis"], decode_responses=True) as client:
        streams = client.keys("cqrs:events:*")
        return {group["name"] for stream in streams for group in client.xinfo_groups(stream)}


async def test_read_models_are_made_anew_and_nobody_notices(customers: Customers, stack: Stack) -> None:
    stop, readers = asyncio.Event(), [Reader(customers) for _ in range(READERS)]
    async with customers.ordering(clients=2), asyncio.TaskGroup() as reading:
        for reader in readers:
            reading.create_task(reader.read(stop))
        told = await asyncio.to_thread(stack.call, "rebuild")
        stop.set()
    assert "g2: live; before it was g1" in told
    assert [reader.steps_back for reader in readers] == [[]] * READERS
    assert all(reader.looks > 100 for reader in readers)
    await customers.all_visible(within=10)
    assert set(customers.answers) == {200, 201}, customers.failures
    generations = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^g[0-9]+$'"
    assert rows(customers.urls["read-db"], generations) == [("g2",)]
    assert "g1: 8 consumer groups taken away" in told
    assert groups(customers) == {"g2"}


async def test_a_rebuild_that_cannot_be_finished_changes_nothing(customers: Customers, stack: Stack) -> None:
    order = (await customers.order("E2E-TEA")).json()["order_id"]
    await customers.all_visible(within=10)
    before = rows(customers.urls["read-db"], "SELECT generation FROM public.live_generation")
    with psycopg.connect(customers.urls["read-db"], autocommit=True) as owner:
        owner.execute(f"UPDATE {before[0][0]}.product_view SET listed = false".encode())
        refused = await asyncio.to_thread(stack.run, "rebuild")
        owner.execute(f"UPDATE {before[0][0]}.product_view SET listed = true".encode())
    assert (refused.returncode, "product_view differ" in refused.stderr) == (1, True)
    assert rows(customers.urls["read-db"], "SELECT generation FROM public.live_generation") == before
    assert (await customers.queries.get(f"/orders/{order}")).status_code == httpx.codes.OK
    assert "projector-g" not in str(stack.status().keys())
    assert groups(customers) == {before[0][0]}
