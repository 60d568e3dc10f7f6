"""Customers who order all the time, remember what they were told, and check that it came true."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from uuid import uuid4

import httpx
import psycopg

from tests import web

ADDRESS = {"recipient": "Ada", "line1": "1 Square", "city": "London", "postal_code": "SW1Y", "country": "GB"}
SKUS = ("E2E-TEA", "E2E-POT", "E2E-CUP")
PACE = 0.1
"""Seconds before somebody's next order or look: all that is tried is there, and most of the machine is for others."""


class Customers:
    """Talks to both APIs at `urls`.

    `acknowledged` is the last version that a 2xx named, per order; `failures` is what answers of 5xx said.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        self.urls = urls
        self.commands = httpx.AsyncClient(base_url=f"{urls['command-api']}/api/v1", timeout=30, verify=web.PLAIN)
        self.queries = httpx.AsyncClient(base_url=f"{urls['query-api']}/api/v1", timeout=30, verify=web.PLAIN)
        self.acknowledged: dict[str, int] = {}
        self.answers: Counter[int | str] = Counter()
        self.failures: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.commands.aclose()
        await self.queries.aclose()

    async def stock_up(self) -> None:
        """List the products, with more than enough of each."""
        for sku in SKUS:
            body = {"name": sku, "unit_price_cents": 500, "currency": "EUR"}
            (await self.commands.put(f"/products/{sku}", json=body)).raise_for_status()
            stock = {"delta": 1_000_000, "reason": "test"}
            (await self.commands.post(f"/products/{sku}/stock-adjustments", json=stock)).raise_for_status()

    async def order(self, *skus: str) -> httpx.Response:
        """Create a draft with an address and one of each SKU."""
        items = [{"sku": sku, "quantity": 1} for sku in skus]
        body = {"customer_id": str(uuid4()), "items": items, "shipping_address": ADDRESS}
        return await self.command("POST", "/orders", body)

    async def command(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """One command; what it answered is remembered. Raises httpx.TransportError for a cut connection."""
        try:
            response = await self.commands.request(method, path, json=body)
        except httpx.TransportError as error:
            self.answers["cut"] += 1
            raise error
        self._answered(response)
        if response.is_success and "order_id" in response.json():
            answer = response.json()
            known = self.acknowledged.get(answer["order_id"], 0)
            self.acknowledged[answer["order_id"]] = max(known, answer["version"])
        return response

    @asynccontextmanager
    async def ordering(self, clients: int = 4) -> AsyncIterator[None]:
        """Meanwhile, `clients` customers create and change orders, and somebody reads."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self._shop(stop, random.Random(number)))
            group.create_task(self._read(stop))
            try:
                yield
            finally:
                stop.set()

    async def _shop(self, stop: asyncio.Event, dice: random.Random) -> None:
        while not stop.is_set():
            try:
                created = await self.order(dice.choice(SKUS))
                if created.status_code == httpx.codes.CREATED:
                    path = f"/orders/{created.json()['order_id']}"
                    await self.command("POST", f"{path}/items", {"sku": dice.choice(SKUS), "quantity": 1})
                    await self.command("POST", f"{path}/confirm")
            except httpx.TransportError:
                pass
            await pause(stop)

    async def _read(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                response = await self.queries.get("/orders", params={"page_size": 5})
                self._answered(response)
            except httpx.TransportError:
                self.answers["cut"] += 1
            await pause(stop)

    def _answered(self, response: httpx.Response) -> None:
        self.answers[response.status_code] += 1
        if response.is_server_error:
            self.failures.append(f"{response.request.method} {response.request.url.path}: {response.text}")

    async def all_visible(self, within: float) -> None:
        """Until the read side has just what the write side has, with all that was acknowledged; else AssertionError."""
        await until(self._complaint, within)

    def _complaint(self) -> str | None:
        written = dict(rows(self.urls["write-db"], "SELECT order_id::text, version FROM orders"))
        lost = {order: version for order, version in self.acknowledged.items() if written.get(order, 0) < version}
        if lost:
            return f"acknowledged and not written: {lost}"
        visible = dict(rows(self.urls["read-db"], "SELECT order_id::text, version FROM order_view"))
        if visible != written:
            behind = {order: version for order, version in written.items() if visible.get(order) != version}
            return f"{len(behind)} of {len(written)} orders are not visible at their version"
        history = "SELECT order_id::text, array_agg(version ORDER BY version) FROM order_history GROUP BY 1"
        for order, versions in rows(self.urls["read-db"], history):
            if versions != list(range(1, written[order] + 1)):
                return f"the history of {order} is {versions}"
        return None


async def pause(stop: asyncio.Event) -> None:
    """Until somebody's next order or look, or `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), PACE)


def rows(database: str, statement: str) -> list[tuple[Any, ...]]:
    """What a database answers."""
    with psycopg.connect(database) as connection:
        return connection.execute(statement).fetchall()


async def until(complaint: Callable[[], str | None], within: float) -> None:
    """Until there is nothing to complain about; at most `within` seconds, then AssertionError with the last one."""
    deadline = asyncio.get_running_loop().time() + within
    while (last := await asyncio.to_thread(complaint)) is not None:
        assert asyncio.get_running_loop().time() < deadline, last
        await asyncio.sleep(0.05)
