"""A fraud check between a client and the database: what comes of each verdict, and of none."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import orjson
import psycopg
import pytest
import respx

from command_api import composition
from command_api.settings import Settings
from tests.contract.databases.logins import as_member
from tests.integration.command_api.shop import Shop, assert_problem, open_shop

URL: Final = "http://fraud.test/assess"
OPEN: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"


@pytest.fixture
def outside() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(URL)


@asynccontextmanager
async def shop_with(database_url: str, **settings: Any) -> AsyncIterator[Shop]:
    told = Settings(database_url=as_member(database_url, "orders_command"), fraud_check_url=URL, **settings)
    async with open_shop(composition.application(told), database_url) as shop:
        yield shop


def judging(verdict: str, **others: object) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(request.content)
        about = {"order_id": asked["order_id"], "version": asked["version"], "verdict": verdict}
        return httpx.Response(200, json=about | others)

    return answer


@pytest.mark.parametrize(
    ("verdict", "event", "reserved"),
    [("approve", "OrderConfirmed", 2), ("review", "OrderHeldForReview", 2), ("deny", "OrderRejected", 0)],
)
async def test_the_verdict_decides_what_becomes_of_a_confirmation(
    verdict: str, event: str, reserved: int, outside: respx.Route, database_url: str
) -> None:
    outside.side_effect = judging(verdict)
    async with shop_with(database_url) as shop:
        sku = await shop.product(5)
        order = await shop.draft({sku: 2})
        answer = await shop.call("POST", f"/orders/{order}/confirm")
        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        assert await shop.types(order) == ["OrderCreated", event]
        assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": reserved}]


async def test_want_of_stock_is_not_looked_at_where_an_order_is_denied(outside: respx.Route, database_url: str) -> None:
    async with shop_with(database_url) as shop:
        sku = await shop.product(2)
        order = await shop.draft({sku: 2})
        await shop.adjust(sku, -1)
        outside.side_effect = judging("approve")
        assert_problem(await shop.call("POST", f"/orders/{order}/confirm"), 400, "insufficient_inventory")
        outside.side_effect = judging("deny")
        assert (await shop.call("POST", f"/orders/{order}/confirm")).status_code == 200
        assert await shop.types(order) == ["OrderCreated", "OrderRejected"]
        assert_problem(await shop.call("POST", f"/orders/{order}/confirm"), 409, "illegal_transition")


async def test_nobody_is_asked_about_an_order_that_the_rules_refuse(outside: respx.Route, database_url: str) -> None:
    async with shop_with(database_url) as shop:
        assert_problem(await shop.call("POST", f"/orders/{await shop.draft()}/confirm"), 409, "empty_order")
        homeless = await shop.draft({await shop.product(1): 1}, address=False)
        assert_problem(await shop.call("POST", f"/orders/{homeless}/confirm"), 409, "missing_address")
    assert outside.call_count == 0


async def test_it_is_asked_while_no_transaction_is_open(outside: respx.Route, database_url: str) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        with psycopg.connect(database_url) as owner:
            seen.extend(owner.execute(OPEN).fetchall())
        good: httpx.Response = judging("approve")(request)
        return good

    outside.side_effect = answer
    async with shop_with(database_url) as shop:
        await shop.confirmed({await shop.product(1): 1})
    assert seen == [(0,)]


DOWN: Final = {
    "no connection": httpx.ConnectError("refused"),
    "broken": httpx.Response(500),
    "a page": httpx.Response(200, html="<h1>Sign in</h1>"),
    "elsewhere": httpx.Response(302, headers={"Location": "http://elsewhere.test/"}),
}


@pytest.mark.parametrize("trouble", DOWN.values(), ids=list(DOWN))
async def test_without_a_usable_answer_a_client_is_told_503_and_the_order_is_as_it_was(
    trouble: httpx.Response | Exception, outside: respx.Route, database_url: str
) -> None:
    outside.side_effect = [trouble] * 3
    async with shop_with(database_url, fraud_check_when_down="refuse") as shop:
        order = await shop.draft({await shop.product(1): 1})
        answer = await shop.call("POST", f"/orders/{order}/confirm")
        problem = assert_problem(answer, 503, "unavailable")
        assert problem["detail"] == "The fraud check does not answer. Nothing has been changed."
        assert answer.headers["Retry-After"] == "1"
        assert await shop.types(order) == ["OrderCreated"]
        outside.side_effect = judging("approve")
        assert (await shop.call("POST", f"/orders/{order}/confirm")).status_code == 200


async def test_without_an_answer_an_order_is_held_where_that_is_set(outside: respx.Route, database_url: str) -> None:
    outside.side_effect = judging("approve", version=77)
    async with shop_with(database_url) as shop:
        order = await shop.draft({await shop.product(1): 1})
        assert (await shop.call("POST", f"/orders/{order}/confirm")).status_code == 200
        assert await shop.types(order) == ["OrderCreated", "OrderHeldForReview"]


async def test_an_inventory_and_its_sweep_live_as_long_as_the_process(database_url: str) -> None:
    moves = []

    def warehouse(request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(request.content)
        moves.append(asked["move"])
        about = {"order_id": asked["order_id"], "version": asked["version"], "result": "done"}
        return httpx.Response(200, json=about)

    with respx.mock(assert_all_called=False) as router:
        router.post(URL).side_effect = judging("approve")
        router.post("http://warehouse.test/").side_effect = warehouse
        async with shop_with(database_url, inventory_url="http://warehouse.test/") as shop:
            order = await shop.confirmed({await shop.product(0): 1})
            assert (await shop.call("POST", f"/orders/{order}/cancel", {"reason": "late"})).status_code == 200
            await until_nothing_is_listed(shop)
    assert moves == ["reserve", "release"]


async def until_nothing_is_listed(shop: Shop) -> None:
    async with asyncio.timeout(10):
        while True:
            if not await shop.rows("SELECT 1 FROM inventory_intents"):
                return
            await asyncio.sleep(0.02)
