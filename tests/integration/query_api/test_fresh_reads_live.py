"""Reading one's own writes, while a real Postgres tells of changes."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.composition import Parts
from tests.integration.query_api.running import until
from tests.suites.query_following import store_parked
from tests.suites.query_rows import OrderRow, ProductRow, connection, store_orders, store_products


def fresh(kind: str, name: object, version: int, prefer: str = "") -> dict[str, str]:
    token = encode_token(ConsistencyToken("order" if kind == "order" else "product", str(name), version))
    return {"Consistency-Token": token, "Prefer": prefer}


async def test_a_read_that_came_too_early_is_answered_when_the_version_arrives(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    order = OrderRow(version=2)
    headers = fresh("order", order.order_id, 2, "wait=10")
    paths = [f"/api/v1/orders/{order.order_id}", f"/queries/orders/{order.order_id}/history", "/api/v1/orders"]
    reads = [asyncio.create_task(client.get(path, headers=headers)) for path in paths]
    await until(lambda: len(parts.room) == 3)
    await asyncio.to_thread(store_orders, read_database_url, [order], notify=True)
    answers = await asyncio.wait_for(asyncio.gather(*reads), 5)
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].content == order.document()
    assert len(answers[1].json()["items"]) == 2
    assert len(answers[2].json()["items"]) == 1


async def test_products_are_waited_for_too(client: httpx.AsyncClient, parts: Parts, read_database_url: str) -> None:
    read = asyncio.create_task(client.get("/api/v1/products", headers=fresh("product", "MUG", 1, "wait=10")))
    await until(lambda: len(parts.room) == 1)
    await asyncio.to_thread(store_products, read_database_url, [ProductRow(sku="MUG")], notify=True)
    assert len((await asyncio.wait_for(read, 5)).json()["items"]) == 1


async def test_an_earlier_version_does_not_end_the_wait(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    order_id = uuid4()
    path = f"/api/v1/orders/{order_id}"
    read = asyncio.create_task(client.get(path, headers=fresh("order", order_id, 3, "wait=10")))
    await until(lambda: len(parts.room) == 1)
    for version in (1, 2):
        await asyncio.to_thread(
            store_orders, read_database_url, [OrderRow(order_id=order_id, version=version)], notify=True
        )
    assert not read.done()
    await asyncio.to_thread(store_orders, read_database_url, [OrderRow(order_id=order_id, version=3)], notify=True)
    assert (await asyncio.wait_for(read, 5)).headers["etag"] == '"3"'


async def test_time_runs_out_as_long_as_was_preferred(client: httpx.AsyncClient, read_database_url: str) -> None:
    order = OrderRow(version=1)
    store_orders(read_database_url, [order])
    path = f"/api/v1/orders/{order.order_id}"
    loop = asyncio.get_running_loop()
    started = loop.time()
    answer = await client.get(path, headers=fresh("order", order.order_id, 2, "wait=1"))
    assert (answer.status_code, answer.json()["code"]) == (503, "read_model_behind")
    assert answer.headers["retry-after"] == "1"
    assert 1 <= loop.time() - started < 4
    lenient = await client.get(path, headers=fresh("order", order.order_id, 2, "wait=0, handling=lenient"))
    assert (lenient.status_code, lenient.headers["consistency-achieved"]) == (200, "false")
    assert lenient.content == order.document()


async def test_a_client_that_has_the_version_waits_and_then_gets_304(
    client: httpx.AsyncClient, read_database_url: str
) -> None:
    order = OrderRow(version=4)
    store_orders(read_database_url, [order])
    headers = {**fresh("order", order.order_id, 4), "If-None-Match": '"4"'}
    assert (await client.get(f"/api/v1/orders/{order.order_id}", headers=headers)).status_code == 304


async def test_an_order_that_the_token_vouches_for_is_never_404(client: httpx.AsyncClient) -> None:
    order_id = uuid4()
    for prefer in ("wait=0", "wait=0, handling=lenient"):
        for path in (f"/api/v1/orders/{order_id}", f"/api/v1/orders/{order_id}/history"):
            answer = await client.get(path, headers=fresh("order", order_id, 1, prefer))
            assert (answer.status_code, answer.json()["code"]) == (503, "read_model_behind")


async def test_an_order_that_is_parked_is_told_as_such_and_shown_as_it_was_to_the_lenient(
    client: httpx.AsyncClient, read_database_url: str
) -> None:
    order = OrderRow(version=2)
    store_orders(read_database_url, [order])
    store_parked(read_database_url, [("order", str(order.order_id), 3), ("order", str(order.order_id), 4)])
    path = f"/api/v1/orders/{order.order_id}"
    answer = await asyncio.wait_for(client.get(path, headers=fresh("order", order.order_id, 4, "wait=10")), 5)
    assert (answer.status_code, answer.json()["code"]) == (503, "read_model_parked")
    assert int(answer.headers["retry-after"]) > 1
    lenient = await client.get(path, headers=fresh("order", order.order_id, 4, "wait=10, handling=lenient"))
    assert (lenient.content, lenient.headers["consistency-achieved"]) == (order.document(), "false")
    assert (await client.get(path, headers=fresh("order", order.order_id, 2))).content == order.document()


async def test_reads_that_race_with_their_writes_all_see_them(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    """Writer and readers run freely: some reads come before, some after, some in the middle of a commit."""
    orders = [OrderRow(version=number % 3 + 1) for number in range(150)]

    async def read(order: OrderRow) -> bytes:
        headers = fresh("order", order.order_id, order.version, "wait=10")
        answer = await client.get(f"/api/v1/orders/{order.order_id}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    def write() -> None:
        for order in orders:
            store_orders(read_database_url, [order], notify=True)

    writing = asyncio.create_task(asyncio.to_thread(write))
    answers = await asyncio.wait_for(asyncio.gather(*(read(order) for order in orders)), 15)
    await writing
    assert answers == [order.document() for order in orders]
    assert len(parts.room) == 0


def cut_the_feed(read_database_url: str, parts: Parts) -> None:
    """End the connection that listens, as a restart or a firewall would."""
    with connection(read_database_url) as admin:
        cut = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
        ).fetchall()
    assert cut


async def test_a_change_told_while_nobody_listened_is_found_after_reconnecting(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = OrderRow()
    headers = fresh("order", order.order_id, 1, "wait=10")
    read = asyncio.create_task(client.get(f"/api/v1/orders/{order.order_id}", headers=headers))
    await until(lambda: len(parts.room) == 1)
    right = parts.feed._conninfo
    parts.feed._conninfo = "postgresql://127.0.0.1:1/nowhere"
    await asyncio.to_thread(cut_the_feed, read_database_url, parts)
    await until(lambda: not parts.feed.connected)
    await asyncio.to_thread(store_orders, read_database_url, [order], notify=True)
    assert not read.done()
    parts.feed._conninfo = right
    assert (await asyncio.wait_for(read, 5)).content == order.document()
    assert parts.feed.connected


async def test_without_any_feed_a_read_still_looks_once_at_the_end(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    parts.feed._conninfo = "postgresql://127.0.0.1:1/nowhere"
    await asyncio.to_thread(cut_the_feed, read_database_url, parts)
    await until(lambda: not parts.feed.connected)
    order = OrderRow()
    headers = fresh("order", order.order_id, 1, "wait=1")
    read = asyncio.create_task(client.get("/api/v1/orders", headers=headers))
    await until(lambda: len(parts.room) == 1)
    await asyncio.to_thread(store_orders, read_database_url, [order], notify=True)
    assert len((await asyncio.wait_for(read, 5)).json()["items"]) == 1


async def test_nonsense_on_the_channel_makes_everybody_look_for_himself(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    order = OrderRow()
    read = asyncio.create_task(client.get("/api/v1/orders", headers=fresh("order", order.order_id, 1, "wait=10")))
    await until(lambda: len(parts.room) == 1)
    await asyncio.to_thread(store_orders, read_database_url, [order])
    with connection(read_database_url) as writer:
        writer.execute("NOTIFY read_model_g1, 'nonsense'")
    assert (await asyncio.wait_for(read, 5)).status_code == 200


async def test_it_is_counted_what_became_of_each_read_and_how_long_those_waited_that_had_to(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    order, late, parked = OrderRow(), OrderRow(), OrderRow()
    store_orders(read_database_url, [order, parked])
    store_parked(read_database_url, [("order", str(parked.order_id), 2)])
    waiting = asyncio.create_task(client.get("/api/v1/orders", headers=fresh("order", late.order_id, 1, "wait=10")))
    await until(lambda: parts.room.reads == 1)
    await asyncio.to_thread(store_orders, read_database_url, [late], notify=True)
    await waiting
    for wanted in (
        fresh("order", order.order_id, 1),
        fresh("order", order.order_id, 2, "wait=0"),
        fresh("order", order.order_id, 2, "wait=0, handling=lenient"),
        fresh("order", parked.order_id, 2),
    ):
        await client.get("/api/v1/orders", headers=wanted)
    figures = (await client.get("/metrics")).text
    for outcome in ("at_once", "waited", "read_model_behind", "read_model_parked", "lenient"):
        assert f'fresh_reads_total{{outcome="{outcome}"}} 1.0' in figures
    assert "fresh_read_wait_seconds_count 4.0" in figures
