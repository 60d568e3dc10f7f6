"""Replays on real engines: the ports' suites, and what only real engines can show."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import AsyncConnection
from redis.asyncio import Redis

from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, decode_request, encode_request
from orders_contracts.streams import FIELD_DATA, FIELD_EVENT_ID, FIELD_PREV, FIELD_TYPE, NO_EVENT, sequence_of
from outbox_relay.adapters.replay_log import PostgresReplayLog
from outbox_relay.adapters.replay_statements import REPLAY
from outbox_relay.adapters.replay_streams import RedisReplies, RedisRequests
from outbox_relay.application.ports import OutboxUnavailable, StreamUnavailable
from outbox_relay.application.replay_ports import Part
from outbox_relay.application.sequencer import Place
from stack.ports import choose_port
from tests.contract.databases.logins import as_member
from tests.contract.redis.users import as_redis_user
from tests.fakes.relay_stream import Entry
from tests.integration.outbox_relay.writers import PostgresDatabase, insert_many
from tests.suites.relay_outbox import name
from tests.suites.relay_replays import (
    REPLY,
    ReplayLogSuite,
    RepliesSuite,
    RequestsSuite,
    asked,
    part_of,
    piece,
    request,
)


class RedisReader:
    """A reader of a real server."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def ask(self, request: ReplayRequest, seconds_ago: float = 0.0) -> None:
        seconds, microseconds = await self._client.time()
        milliseconds = int((seconds - seconds_ago) * 1_000) + microseconds // 1_000
        await self._client.xadd(REPLAY_REQUESTS, {"data": encode_request(request)}, id=f"{milliseconds}-*")

    async def forget_requests(self) -> None:
        await self._client.delete(REPLAY_REQUESTS)

    async def look(self, reply_to: str) -> list[Entry]:
        found: list[Any] = await self._client.execute_command("XRANGE", reply_to, "-", "+")  # type: ignore[no-untyped-call]
        return [_entry(*entry) for entry in found]

    async def seconds_left(self, reply_to: str) -> float:
        return float(await self._client.ttl(reply_to))

    async def lose(self, reply_to: str) -> None:
        await self._client.delete(reply_to)


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    assert [one.decode() for one in fields] == [FIELD_EVENT_ID, FIELD_TYPE, FIELD_PREV, FIELD_DATA]
    event_id, type_, prev, data = fields.values()
    return Entry(sequence_of(entry_id), event_id.decode(), type_.decode(), prev.decode(), data)


@pytest.fixture
def reader(client: Redis) -> RedisReader:
    return RedisReader(client)


@pytest.fixture
async def requests(redis_url: str) -> AsyncIterator[RedisRequests]:
    requests = RedisRequests(as_redis_user(redis_url, "relay"))
    yield requests
    await requests.close()


@pytest.fixture
def replies(relay_client: Redis) -> RedisReplies:
    return RedisReplies(relay_client)


@pytest.fixture
async def log(write_database_url: str) -> AsyncIterator[PostgresReplayLog]:
    log = PostgresReplayLog(as_member(write_database_url, "orders_relay"))
    await log.open()
    yield log
    await log.close()


class TestRedisRequests(RequestsSuite):
    @pytest.fixture
    async def another(self, redis_url: str) -> AsyncIterator[RedisRequests]:
        another = RedisRequests(as_redis_user(redis_url, "relay"))
        yield another
        await another.close()


class TestRedisReplies(RepliesSuite):
    """Fixtures are those of this module."""


class TestPostgresReplayLog(ReplayLogSuite):
    """Fixtures are those of this module and of conftest.py."""


async def test_a_request_is_heard_while_it_is_waited_for(requests: RedisRequests, reader: RedisReader) -> None:
    waiting = asyncio.create_task(requests.read(30))
    await reader.ask(request(7))
    mail = await asyncio.wait_for(waiting, 5)
    assert [decode_request(one.data).first for one in mail.asked] == [7]


async def test_waiting_in_vain_is_no_failure_and_ends_in_time(requests: RedisRequests) -> None:
    began = time.monotonic()
    assert (await requests.read(0.3)).asked == []
    assert 0.25 < time.monotonic() - began < 3


async def test_an_entry_of_another_make_comes_as_a_request_without_bytes(
    requests: RedisRequests, client: Redis
) -> None:
    await client.xadd(REPLAY_REQUESTS, {"other": "x"})
    (one,) = (await requests.read(0)).asked
    assert one.data == b""


async def test_requests_are_heard_again_when_a_lost_server_is_back(
    requests: RedisRequests, reader: RedisReader, client: Redis
) -> None:
    await client.client_kill_filter(_type="normal", skipme=True)
    await reader.ask(request(3))
    while True:
        try:
            found = await asked(requests)
        except StreamUnavailable:
            continue
        break
    assert found == [3]


async def test_nobody_listening_is_unavailable() -> None:
    requests = RedisRequests(f"redis://127.0.0.1:{choose_port()}/0")
    with pytest.raises(StreamUnavailable, match="redis: "):
        await requests.read(0)
    await requests.close()


async def test_full_memory_refuses_a_piece_wholly_and_keeps_what_is_there(
    replies: RedisReplies, reader: RedisReader, client: Redis
) -> None:
    await replies.write(REPLY, piece(1, NO_EVENT, "a"), 0)
    await client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StreamUnavailable, match="maxmemory"):
            await replies.write(REPLY, piece(2, "a", "b", "c"), 1)
        with pytest.raises(StreamUnavailable, match="maxmemory"):
            await replies.write(f"{REPLY}:new", piece(2, "a", "b", "c"), 0)
        assert [entry.event_id for entry in await reader.look(REPLY)] == ["a"]
        assert not await client.exists(f"{REPLY}:new")
    finally:
        await client.config_set("maxmemory", 0)
    assert await replies.write(REPLY, piece(2, "a", "b", "c"), 1)


async def test_a_forgotten_script_is_loaded_again(replies: RedisReplies, client: Redis) -> None:
    assert await replies.write(REPLY, piece(1, NO_EVENT, "a"), 0)
    await client.script_flush()
    assert await replies.write(REPLY, piece(2, "a", "b"), 1)


async def test_a_key_that_is_no_stream_is_unavailable_not_overwritten(replies: RedisReplies, client: Redis) -> None:
    await client.set(REPLY, "mine")
    with pytest.raises(StreamUnavailable):
        await replies.write(REPLY, piece(1, NO_EVENT, "a"), 0)
    assert await client.get(REPLY) == b"mine"


async def test_big_numbers_stay_what_they_are(replies: RedisReplies, reader: RedisReader) -> None:
    first = 200_000_000_000_001
    assert await replies.write(REPLY, piece(first, "z", "a"), 0)
    assert await replies.write(REPLY, piece(first, "z", "a", "b"), 0)
    assert [entry.sequence for entry in await reader.look(REPLY)] == [first, first + 1]


async def test_a_closed_log_is_unavailable(log: PostgresReplayLog) -> None:
    await log.close()
    for last in (1, 10_000):
        with pytest.raises(OutboxUnavailable):
            await anext(log.replay(Part(0, 1, last, Place(1, 0, last), Place(1, 0, last))))


async def test_a_chunk_touches_its_own_pages_however_long_the_log_is(
    log: PostgresReplayLog, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    # Plans are made while the log is empty, and nobody has counted its rows since.
    await admin.execute("ALTER TABLE outbox SET (autovacuum_enabled = off)")
    assert [row async for row in log.replay(Part(0, 1, 1, Place(1, 0, 1), Place(1, 0, 1)))] == []
    for first in range(0, 20_000, 400):
        await insert_many(admin, [(number % 8, name(number)) for number in range(first, first + 400)])
        await log.tick()
    await insert_many(admin, [(number % 8, name(number)) for number in range(20_000, 120_000)])
    tick = await log.tick()
    small, big = await part_of(log, tick, 3, 1_510, 1_569), await part_of(log, tick, 3, 10_001, 10_060)
    for part in (small, big):
        await _read(log, part)
        assert await _pages(log, part) < 500


async def _read(log: PostgresReplayLog, part: Part) -> None:
    assert sum([len(rows) async for rows in log.replay(part)]) == part.size


async def _pages(log: PostgresReplayLog, part: Part) -> int:
    """How many pages reading a part touches, by the plan that the relay's session keeps."""
    wanted = await log._bounds(part)
    names = {"after": "$1", "up_to": "$2", "partition": "$3", "low": "$4", "high": "$5", "skip": "$6", "count": "$7"}
    text = REPLAY
    for one, place in names.items():
        text = text.replace(f"%({one})s", place)
    values = ", ".join(str(wanted[one]) for one in names)
    async with log._held().transaction(force_rollback=True), log._held().cursor() as cursor:
        await cursor.execute(f"PREPARE replay (bigint, bigint, int, bigint, bigint, bigint, bigint) AS {text}")
        await cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE replay ({values})", prepare=False)
        answer = await cursor.fetchone()
        await cursor.execute("DEALLOCATE replay")
    assert answer is not None
    plan = answer[0][0]["Plan"]
    assert plan["Actual Rows"] == part.size
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
