"""query-api beside promotions: whoever waits is told by the generation that is live by then."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from orders_contracts.changes import channel, encode_changes
from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.composition import Parts, build
from query_api.settings import Settings
from tests.contract.databases.logins import as_member
from tests.integration.query_api.generations.world import World
from tests.integration.query_api.process import serving
from tests.integration.query_api.running import PAGE_TOKEN_SECRET, running, until
from tests.integration.query_api.streaming import Event, stream
from tests.suites.query_rows import OrderRow, store_orders


@pytest.fixture
async def parts(world: World) -> AsyncIterator[Parts]:
    """All parts, started; a second generation is ready to be promoted."""
    world.second()
    settings = Settings(database_url=as_member(world.url, "orders_query"), page_token_secret=PAGE_TOKEN_SECRET)
    async with running(build(settings)) as parts:
        yield parts


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the application without a socket between."""
    transport = httpx.ASGITransport(app=parts.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test/api/v1") as client:
        yield client


async def waiting(client: httpx.AsyncClient, parts: Parts, order: OrderRow) -> "asyncio.Task[httpx.Response]":
    """A read that waits for this version of the order."""
    token = encode_token(ConsistencyToken("order", str(order.order_id), order.version))
    headers = {"Consistency-Token": token, "Prefer": "wait=10"}
    read = asyncio.create_task(client.get(f"/orders/{order.order_id}", headers=headers))
    await until(lambda: len(parts.room) == 1)
    return read


async def test_a_read_that_waits_finds_what_the_promoted_generation_has_already(
    world: World, client: httpx.AsyncClient, parts: Parts
) -> None:
    order = OrderRow()
    read = await waiting(client, parts, order)
    world.holds("g2", order)
    await asyncio.to_thread(world.done, "promote", "g2")
    assert (await asyncio.wait_for(read, 5)).content == order.document()


@pytest.mark.parametrize("switches", [1, 2, 3])
async def test_a_read_that_waits_is_called_by_the_generation_that_is_live_by_then(
    world: World, client: httpx.AsyncClient, parts: Parts, switches: int
) -> None:
    order = OrderRow()
    read = await waiting(client, parts, order)
    for number in range(switches):
        await asyncio.to_thread(world.done, "promote", "g1" if number % 2 else "g2")
    assert not read.done()
    live = world.shown()
    told = encode_changes([("order", str(order.order_id), order.version)])
    with world.owner.transaction():
        world.holds(live, order)
        world.owner.execute("SELECT pg_notify(%s, %s)", [channel(live), told[0]])
    assert (await asyncio.wait_for(read, 5)).content == order.document()


async def test_projections_and_readiness_are_told_of_the_live_generation(
    world: World, client: httpx.AsyncClient
) -> None:
    world.stands("g1", 7, 9)
    world.stands("g2", 8, 9)
    first = (await client.get("/projections")).json()
    await asyncio.to_thread(world.done, "promote", "g2")
    second = (await client.get("/projections")).json()
    assert (first["projection"], second["projection"]) == ("g1", "g2")
    assert [one["sequence"] for one in second["partitions"]] == [8, 9]
    assert (await client.get("http://shop.test/readyz")).status_code == 200


async def test_a_lost_connection_is_made_anew_to_the_generation_that_is_live_by_then(
    world: World, client: httpx.AsyncClient, parts: Parts
) -> None:
    order = OrderRow()
    read = await waiting(client, parts, order)
    world.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT 1$)'"
    )
    await asyncio.to_thread(world.done, "promote", "g2")
    await until(lambda: parts.feed.connected)
    world.holds("g2", order)
    world.run(f"NOTIFY {channel('g2')}, 'order 1 {order.order_id}'")
    assert (await asyncio.wait_for(read, 9)).content == order.document()


async def test_a_stream_goes_on_over_a_promotion_without_a_hole(world: World, tmp_path: Path) -> None:
    order = OrderRow()
    store_orders(world.url, [order])
    world.second()
    for table in ("order_view", "order_summary", "order_history"):
        world.copied(table)
    with serving(as_member(world.url, "orders_query"), tmp_path / "log") as process:
        async with stream(process, f"/api/v1/orders/{order.order_id}/events") as open_:
            assert await open_.event() == Event(1, order.history(1))
            ahead(world, order, 2)
            await asyncio.to_thread(world.done, "promote", "g2")
            assert await open_.event() == Event(2, order.history(2))
            ahead(world, order, 3)
            world.run(f"NOTIFY {channel('g2')}, 'order 3 {order.order_id}'")
            assert await open_.event() == Event(3, order.history(3))


def ahead(world: World, order: OrderRow, version: int) -> None:
    """The second generation has applied this event; the first one has not."""
    with world.owner.transaction():
        world.holds("g2", OrderRow(order_id=order.order_id, version=version))
        row = [order.order_id, version, order.history(version).decode()]
        world.owner.execute("INSERT INTO g2.order_history VALUES (%s, %s, %s)", row)
