"""Orders and commands are followed over real sockets, while a real Postgres tells of changes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from tests import web
from tests.integration.query_api.process import Process, serving
from tests.integration.query_api.streaming import Event, figure, stream, until_figure
from tests.suites.query_following import store_parked
from tests.suites.query_rows import CommandRow, OrderRow, connection, store_commands, store_orders

SETTINGS = {"QUERY_API_STREAM_HEARTBEAT_SECONDS": "30", "QUERY_API_MAX_STREAMS": "3"}


@pytest.fixture(scope="module")
def process(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with serving(shared_database_url, tmp_path_factory.mktemp("streams") / "log", SETTINGS) as process:
        yield process


def told(order: OrderRow, version: int) -> Event:
    return Event(version, order.history(version))


def events_of(order: OrderRow) -> str:
    return f"/api/v1/orders/{order.order_id}/events"


def tell(database_url: str, order: OrderRow, version: int, *, notify: bool = True) -> None:
    store_orders(database_url, [OrderRow(order_id=order.order_id, version=version)], notify=notify)


async def test_the_present_version_comes_first_and_then_each_change(process: Process, read_database_url: str) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    async with stream(process, events_of(order)) as open_:
        assert open_.head.headers["content-type"] == "text/event-stream"
        assert open_.head.headers["cache-control"] == "no-store"
        assert open_.head.headers["x-accel-buffering"] == "no"
        assert await open_.event() == told(order, 3)
        for version in (4, 6):
            await asyncio.to_thread(tell, read_database_url, order, version)
        assert [await open_.event() for _ in range(3)] == [told(order, version) for version in (4, 5, 6)]


async def test_behind_the_last_event_that_the_client_has_everything_comes(
    process: Process, read_database_url: str
) -> None:
    order = OrderRow(version=45)
    store_orders(read_database_url, [order])
    for seen in (0, 30):
        async with stream(process, f"/queries/orders/{order.order_id}/events", {"Last-Event-ID": str(seen)}) as open_:
            expected = [told(order, version) for version in range(seen + 1, 46)]
            assert [await open_.event() for _ in expected] == expected


async def test_who_goes_and_comes_back_while_events_arrive_misses_none_and_sees_none_twice(
    process: Process, read_database_url: str
) -> None:
    order, last = OrderRow(), 80
    store_orders(read_database_url, [order])

    def write() -> None:
        for version in range(2, last + 1):
            tell(read_database_url, order, version)

    writing = asyncio.create_task(asyncio.to_thread(write))
    seen: list[Event] = []
    while len(seen) < last:
        headers = {"Last-Event-ID": str(seen[-1].id if seen else 0)}
        async with stream(process, events_of(order), headers) as open_:
            seen += [await open_.event() for _ in range(min(1 + len(seen) % 5, last - len(seen)))]
    await writing
    assert seen == [told(order, version) for version in range(1, last + 1)]


async def test_a_command_is_followed_to_its_end_and_no_further(process: Process, read_database_url: str) -> None:
    accepted = CommandRow()
    ended = CommandRow(command_id=accepted.command_id, version=2, token="bzEuMDE")
    path = f"/api/v1/commands/{accepted.command_id}/events"
    store_commands(read_database_url, [accepted])
    async with stream(process, path) as open_:
        assert await open_.event() == Event(1, accepted.document())
        await asyncio.to_thread(store_commands, read_database_url, [ended], notify=True)
        assert await open_.rest() == [Event(2, ended.document())]
    async with stream(process, path, {"Last-Event-ID": "1"}) as open_:
        assert await open_.rest() == [Event(2, ended.document())]
    over = await asyncio.to_thread(web.get, process.url + path, headers={"Last-Event-ID": "2"})
    assert (over.status_code, over.content) == (204, b"")


async def test_who_brings_a_token_is_waited_for_and_then_told(process: Process, read_database_url: str) -> None:
    order = OrderRow(version=2)
    token = encode_token(ConsistencyToken("order", str(order.order_id), 2))
    await until_figure(process, "fresh_reads_waiting", 0)

    async def follow() -> Event:
        async with stream(process, events_of(order), {"Consistency-Token": token, "Prefer": "wait=10"}) as open_:
            return await open_.event()

    following = asyncio.create_task(follow())
    await until_figure(process, "fresh_reads_waiting", 1)
    await asyncio.to_thread(tell, read_database_url, order, 2)
    assert await following == told(order, 2)


async def test_the_lenient_are_told_from_the_old_state_on(process: Process, read_database_url: str) -> None:
    order = OrderRow(version=2)
    store_orders(read_database_url, [order])
    store_parked(read_database_url, [("order", str(order.order_id), 3)])
    token = encode_token(ConsistencyToken("order", str(order.order_id), 3))
    headers = {"Consistency-Token": token, "Prefer": "handling=lenient"}
    async with stream(process, events_of(order), headers) as open_:
        assert open_.head.headers["consistency-achieved"] == "false"
        assert await open_.event() == told(order, 2)


async def test_a_change_of_which_nobody_was_told_comes_when_the_feed_is_back(
    process: Process, read_database_url: str
) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    async with stream(process, events_of(order)) as open_:
        assert await open_.event() == told(order, 1)
        await asyncio.to_thread(tell, read_database_url, order, 2, notify=False)
        with connection(read_database_url) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT 1'")
        assert await open_.event() == told(order, 2)


async def test_after_silence_a_comment_comes_and_what_was_not_told_is_found(
    shared_database_url: str, read_database_url: str, tmp_path: Path
) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    with serving(shared_database_url, tmp_path / "log", {"QUERY_API_STREAM_HEARTBEAT_SECONDS": "0.1"}) as process:
        async with stream(process, events_of(order)) as open_:
            assert await open_.event() == told(order, 1)
            assert await open_.next() == Event(None, b"")
            await asyncio.to_thread(tell, read_database_url, order, 2, notify=False)
            assert await open_.event() == told(order, 2)


async def test_a_stream_ends_in_good_form_when_it_has_lasted_long_enough(
    shared_database_url: str, read_database_url: str, tmp_path: Path
) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    with serving(shared_database_url, tmp_path / "log", {"QUERY_API_STREAM_LIFE_SECONDS": "0.2"}) as process:
        async with stream(process, events_of(order)) as open_:
            assert await open_.rest() == [told(order, 1)]
        assert figure(process, 'event_streams_total{outcome="aged"}') == 1


async def test_there_are_only_so_many_streams_and_one_that_is_left_makes_room(
    process: Process, read_database_url: str
) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    url = process.url + events_of(order)
    await until_figure(process, "event_streams_open", 0)
    async with stream(process, events_of(order)), stream(process, events_of(order)):
        async with stream(process, events_of(order)):
            await until_figure(process, "event_streams_open", 3)
            for _ in range(2):
                refused = await asyncio.to_thread(web.get, url)
                assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
                assert refused.headers["retry-after"] == "1"
            assert figure(process, 'event_streams_total{outcome="refused"}') == 2
        await until_figure(process, "event_streams_open", 2)
        async with stream(process, events_of(order)) as open_:
            assert await open_.event() == told(order, 1)
    await until_figure(process, "event_streams_open", 0)


@pytest.mark.parametrize("what", ["orders", "commands"])
async def test_head_is_answered_as_get_would_be_and_ends(process: Process, read_database_url: str, what: str) -> None:
    order, command = OrderRow(), CommandRow()
    store_orders(read_database_url, [order])
    store_commands(read_database_url, [command])
    known = order.order_id if what == "orders" else command.command_id
    for one, status in ((known, 200), (uuid4(), 404)):
        answer: httpx.Response = await asyncio.to_thread(
            web.request, "HEAD", f"{process.url}/api/v1/{what}/{one}/events", timeout=5
        )
        assert (answer.status_code, answer.content) == (status, b"")
    assert figure(process, "event_streams_open") == 0


async def test_how_long_a_stream_was_open_is_no_time_that_somebody_waited(
    shared_database_url: str, read_database_url: str, tmp_path: Path
) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    labels = '{method="GET",route="/api/v1/orders/{order_id}/events",status="200"}'
    with serving(shared_database_url, tmp_path / "log", {"QUERY_API_STREAM_HEARTBEAT_SECONDS": "0.1"}) as process:
        asked = monotonic()
        async with stream(process, events_of(order)) as open_:
            answered = monotonic()
            while monotonic() < asked + 2 * (answered - asked) + 0.2:
                assert await open_.next()
        await until_figure(process, f"http_request_duration_seconds_count{labels}", 1)
        assert figure(process, f"http_request_duration_seconds_sum{labels}") <= answered - asked
