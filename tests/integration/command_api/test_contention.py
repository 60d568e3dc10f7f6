"""Crowds: a hundred clients on one order, fifty for ten units, and thousands of commands over the same few products.

By default 1,500 mixed commands; CONTENTION_COMMANDS=10000 is the long form.
"""

import asyncio
import os
import random
from collections import Counter
from typing import Final

import httpx
import pytest

from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

COMMANDS: Final = int(os.environ.get("CONTENTION_COMMANDS", "1500"))
CLIENTS: Final = 64
DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_HOLDING: Final = """
SELECT line->>'sku' AS sku,
  sum((line->>'quantity')::int - (line->>'cancelled')::int - (line->>'shipped')::int)::int AS units
FROM orders CROSS JOIN json_array_elements(state->'lines') AS line WHERE status = 'CONFIRMED' GROUP BY 1
"""


async def test_of_a_hundred_clients_on_one_order_each_success_is_there_once_and_nobody_sees_a_failure(
    shop: Shop,
) -> None:
    sku = await shop.product(1_000)
    order = await shop.draft({sku: 1})
    body = {"sku": sku, "quantity": 1}
    answers = await asyncio.gather(*(shop.call("POST", f"/orders/{order}/items", body) for _ in range(100)))
    made = sorted(answer.json()["version"] for answer in answers if answer.status_code == 200)
    assert made == list(range(2, len(made) + 2))
    for answer in answers:
        if answer.status_code != 200:
            assert_problem(answer, 409, "concurrent_update")
    log = await shop.log(order)
    assert [row["version"] for row in log] == list(range(1, len(made) + 2))
    assert log[-1]["data"]["data"]["item_count"] == len(made) + 1


async def test_of_fifty_clients_for_the_last_ten_units_ten_are_served(shop: Shop) -> None:
    sku = await shop.product(10)
    orders = [await shop.draft({sku: 1}) for _ in range(50)]
    answers = await asyncio.gather(*(shop.call("POST", f"/orders/{order}/confirm") for order in orders))
    assert Counter(answer.status_code for answer in answers) == {200: 10, 400: 40}
    for answer in answers:
        if answer.status_code == 400:
            assert_problem(answer, 400, "insufficient_inventory")
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 10}]


class Client:
    """Gives commands at random, half of them to orders that others work on as well."""

    def __init__(self, shop: Shop, skus: list[str], orders: list[str], seed: int) -> None:
        self.answers: Counter[int] = Counter()
        self._shop = shop
        self._skus = skus
        self._orders = orders
        self._dice = random.Random(seed)

    async def act(self, times: int) -> None:
        """So many commands, one after the other."""
        acts = (self._draft, self._draft, self._add, self._confirm, self._confirm, self._cancel, self._ship)
        for _ in range(times):
            answer = await self._dice.choice(acts)()
            self.answers[answer.status_code] += 1

    def _basket(self) -> list[dict[str, object]]:
        chosen = self._dice.sample(self._skus, self._dice.randint(2, 4))
        return [{"sku": sku, "quantity": self._dice.randint(1, 3)} for sku in chosen]

    async def _draft(self) -> httpx.Response:
        order = await self._shop.draft({str(item["sku"]): 1 for item in self._basket()})
        self._orders.append(order)
        return await self._confirm(order)

    async def _add(self) -> httpx.Response:
        return await self._on("items", self._basket()[0])

    async def _confirm(self, order: str | None = None) -> httpx.Response:
        return await self._on("confirm", None, order)

    async def _cancel(self) -> httpx.Response:
        return await self._on("cancel", {"reason": "crowd"})

    async def _ship(self) -> httpx.Response:
        return await self._on("shipments", {"items": self._basket()[:1]})

    async def _on(self, what: str, body: object, order: str | None = None) -> httpx.Response:
        order = order or self._dice.choice(self._orders[-CLIENTS:])
        return await self._shop.call("POST", f"/orders/{order}/{what}", body)


async def test_thousands_of_commands_over_the_same_products_never_deadlock_and_the_stock_adds_up(shop: Shop) -> None:
    skus = [await shop.product(COMMANDS) for _ in range(8)]
    orders = [await shop.draft({sku: 1}) for sku in skus]
    before = await shop.rows(DEADLOCKS)
    clients = [Client(shop, skus, orders, seed) for seed in range(CLIENTS)]
    await asyncio.gather(*(client.act(COMMANDS // CLIENTS) for client in clients))
    assert await shop.rows(DEADLOCKS) == before
    answers = sum((client.answers for client in clients), Counter())
    assert set(answers) <= {200, 201, 400, 404, 409}
    assert min(answers[200], answers[201], answers[409]) > 0
    held = {row["sku"]: row["units"] for row in await shop.rows(_HOLDING)}
    stored = await shop.rows("SELECT sku, reserved FROM products WHERE sku = ANY(%s)", skus)
    assert {row["sku"]: row["reserved"] for row in stored} == {sku: held.get(sku, 0) for sku in skus}
