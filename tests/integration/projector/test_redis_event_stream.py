"""The stream on a real Valkey."""

import asyncio

import pytest

from orders_contracts.streams import events_stream
from projector.adapters.redis_stream import RedisEventStream
from projector.application.ports import Unavailable
from tests.fakes.projector_events import NumberedLog, life_of
from tests.integration.projector.conftest import GROUP, RealStreamWorld
from tests.suites.projector_event_stream import REPLY, EventStreamSuite


class TestRedisEventStream(EventStreamSuite):
    @pytest.fixture
    def world(self, stream_world: RealStreamWorld) -> RealStreamWorld:
        return stream_world


async def test_of_replies_more_is_read_at_a_time_than_of_streams(redis_url: str, stream_world: RealStreamWorld) -> None:
    entries = NumberedLog().append(0, life_of(1))
    await stream_world.put(0, entries)
    await stream_world.reply(REPLY, entries)
    stream = RedisEventStream(redis_url, GROUP, count=2, bite=6)
    counts = [
        len((await stream.read(1, positions, replies, wait_seconds=0)).entries[0])
        for positions, replies in (({0: 0}, {}), ({0: 0}, {0: REPLY}), ({0: 0, 1: 0}, {0: REPLY}))
    ]
    await stream.close()
    assert counts == [2, 6, 3]


async def test_the_lag_of_the_group_is_what_is_published_and_not_applied(stream_world: RealStreamWorld) -> None:
    await stream_world.put(0, NumberedLog().append(0, life_of(1)))
    lags = []
    for sequence in (0, 3, 8):
        await stream_world.stream.bookmark(1, {0: sequence})
        group = await stream_world.group(0)
        lags.append((group["entries-read"], group["lag"]))
    assert lags == [(0, 8), (3, 5), (8, 0)]


async def test_a_group_that_was_destroyed_is_made_again_where_it_stood(stream_world: RealStreamWorld) -> None:
    await stream_world.put(0, NumberedLog().append(0, life_of(1)))
    await stream_world.stream.bookmark(1, {0: 5})
    await stream_world.client.xgroup_destroy(events_stream(1, 0), GROUP)
    await stream_world.stream.bookmark(1, {0: 6})
    assert (await stream_world.group(0))["lag"] == 2


async def test_after_the_stream_was_deleted_both_are_made_again(stream_world: RealStreamWorld) -> None:
    await stream_world.stream.bookmark(1, {0: 5})
    await stream_world.client.flushall()
    await stream_world.stream.bookmark(1, {0: 5, 1: 0})
    assert (await stream_world.shown(0), await stream_world.shown(1)) == (5, 0)


async def test_an_entry_that_nobody_of_us_numbered_has_the_number_0(stream_world: RealStreamWorld) -> None:
    await stream_world.client.xadd(events_stream(1, 0), {"a": "b"}, id="5-1")
    reading = await stream_world.stream.read(1, {0: 5}, wait_seconds=0)
    assert [(entry.sequence, entry.data) for entry in reading.entries[0]] == [(0, b"")]


async def test_fields_in_another_order_are_the_same_event(stream_world: RealStreamWorld) -> None:
    fields = {"data": "d", "extra": "x", "prev": "p", "type": "t", "event_id": "e"}
    await stream_world.client.xadd(events_stream(1, 0), fields, id="1-0")  # type: ignore[arg-type]
    reading = await stream_world.stream.read(1, {0: 0}, wait_seconds=0)
    assert list(map(tuple, reading.entries[0])) == [(1, "e", "p", b"d")]


async def test_heads_of_a_redis_that_came_back_older_are_seen_after_an_idle_look(stream_world: RealStreamWorld) -> None:
    log = NumberedLog()
    for tick in range(1, 4):
        await stream_world.say(log.heads(tick))
    await stream_world.stream.read(1, {}, wait_seconds=0)
    await stream_world.client.flushall()
    await stream_world.client.xadd("cqrs:heads", {"data": log.heads(9)}, id="1-1")
    found = [(await stream_world.stream.read(1, {}, wait_seconds=0.01)).heads for _ in range(2)]
    assert found == [None, log.heads(9)]


async def test_an_idle_look_ends_when_its_time_is_over(stream_world: RealStreamWorld) -> None:
    async with asyncio.timeout(10):
        assert (await stream_world.stream.read(1, {0: 0}, wait_seconds=0.05)).heads is None


async def test_a_redis_that_is_not_there_is_unavailable() -> None:
    stream = RedisEventStream("redis://127.0.0.1:1/0", GROUP, count=10)
    with pytest.raises(Unavailable, match="redis"):
        await stream.read(1, {0: 0}, wait_seconds=1)
    with pytest.raises(Unavailable, match="redis"):
        await stream.bookmark(1, {0: 0})
    await stream.close()


async def test_a_key_of_another_kind_is_unavailable_and_said_so(stream_world: RealStreamWorld) -> None:
    await stream_world.client.set(events_stream(1, 0), "not a stream")
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        await stream_world.stream.read(1, {0: 0}, wait_seconds=0)


async def test_a_look_that_was_cut_short_does_not_spoil_the_next(stream_world: RealStreamWorld) -> None:
    looking = asyncio.create_task(stream_world.stream.read(1, {0: 0}, wait_seconds=30))
    await asyncio.sleep(0)
    await asyncio.wait({looking}, timeout=0.05)
    looking.cancel()
    await asyncio.wait({looking})
    await stream_world.put(0, NumberedLog().append(0, life_of(1)[:2]))
    reading = await stream_world.stream.read(1, {0: 0}, wait_seconds=0)
    assert len(reading.entries[0]) == 2
