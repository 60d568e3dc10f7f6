"""A replay from end to end: the projector asks, the relay answers, and the projector judges it like what came live."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import redis
from prometheus_client import CollectorRegistry
from psycopg import AsyncConnection

from orders_contracts.codec import decode_event
from orders_contracts.replay import REPLAY_REQUESTS, REPLY_SECONDS, ReplayRequest, decode_request, reply_stream
from orders_contracts.streams import NO_EVENT, events_stream
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.adapters.replay_log import PostgresReplayLog
from outbox_relay.adapters.replay_streams import RedisReplies, RedisRequests
from outbox_relay.adapters.replay_telemetry import ReplayTelemetry
from outbox_relay.adapters.system_clock import SystemClock
from outbox_relay.application.ports import Batch, Last
from outbox_relay.application.replayer import Replayer
from projector.adapters.redis_stream import RedisEventStream
from projector.application.judgement import judge
from projector.application.log import Checkpoint
from tests.contract.events.goldens import TYPES, golden
from tests.fakes.relay_replays import Published
from tests.integration.outbox_relay.writers import add

EPOCH: Final = 1
PARTITION: Final = 5
ROWS: Final = [(PARTITION, str(decode_event(golden(type_)).envelope.id), type_, golden(type_)) for type_ in TYPES]
REPLY: Final = reply_stream("g1", PARTITION, "one")


@pytest.fixture
async def reader(redis_url: str) -> AsyncIterator[RedisEventStream]:
    """The projector's end of the link."""
    stream = RedisEventStream(redis_url, "g1", count=100)
    yield stream
    await stream.close()


@pytest.fixture
async def replayer(redis_url: str, write_database_url: str) -> AsyncIterator[Replayer]:
    """The relay's end, over a log of all the golden events in ticks of three, all published."""
    log, requests = PostgresReplayLog(write_database_url), RedisRequests(redis_url)
    await log.open()
    async with connect(redis_url) as client, await AsyncConnection.connect(write_database_url) as writer:
        for number, (_, event_id, type_, data) in enumerate(ROWS, 1):
            await add(writer, PARTITION, event_id, None, type_, data)
            if number % 3 == 0 or number == len(ROWS):
                await writer.commit()
                newest = await log.tick()
        await RedisStream(client, 1_000).publish(EPOCH, [Batch(PARTITION, Last("0-0", ""), 1, NO_EVENT, ROWS)])
        yield Replayer(
            requests,
            log,
            RedisReplies(client),
            lambda: Published(EPOCH, 8, {PARTITION}, newest),
            clock=SystemClock(),
            observer=ReplayTelemetry(CollectorRegistry()),
        )
    await requests.close()
    await log.close()


def _request(first: int, count: int) -> ReplayRequest:
    return ReplayRequest(projection="g1", partition=PARTITION, epoch=EPOCH, first=first, count=count, reply_to=REPLY)


@pytest.mark.parametrize(("first", "count"), [(1, 1_000), (1, 3), (3, 4), (5, 1), (len(ROWS), 10)])
async def test_the_projector_judges_a_reply_as_it_judges_what_came_live(
    replayer: Replayer, reader: RedisEventStream, first: int, count: int
) -> None:
    await reader.ask([_request(first, count)], ())
    assert await replayer.turn(1)
    checkpoint = Checkpoint(first - 1, ROWS[first - 2][1] if first > 1 else NO_EVENT)
    positions = {PARTITION: checkpoint.sequence}
    replayed = (await reader.read(EPOCH, positions, {PARTITION: REPLY}, wait_seconds=5)).entries[PARTITION]
    live = (await reader.read(EPOCH, positions, wait_seconds=5)).entries[PARTITION]
    assert replayed == live[:count]
    judgement = judge(PARTITION, checkpoint, replayed)
    assert judgement == judge(PARTITION, checkpoint, live[:count])
    assert judgement.finding is None
    assert judgement.skipped == 0
    last = min(first + count - 1, len(ROWS))
    assert judgement.slice.end == Checkpoint(last, ROWS[last - 1][1])


async def test_an_entry_of_a_reply_is_that_of_the_stream_to_the_last_byte_and_is_gone_after_a_minute(
    replayer: Replayer, reader: RedisEventStream, redis_url: str
) -> None:
    await reader.ask([_request(4, 1_000)], ())
    assert await replayer.turn(1)
    with redis.Redis.from_url(redis_url) as client:
        assert client.xrange(REPLY) == client.xrange(events_stream(EPOCH, PARTITION), min="4-0")
        assert REPLY_SECONDS - 5 < client.ttl(REPLY) <= REPLY_SECONDS
        assert client.ttl(events_stream(EPOCH, PARTITION)) == -1


async def test_the_relay_reads_the_request_that_the_projector_has_written(
    reader: RedisEventStream, redis_url: str
) -> None:
    requests = RedisRequests(redis_url)
    await reader.ask([_request(4, 17)], ())
    (asked,) = (await requests.read(1)).asked
    await requests.close()
    assert decode_request(asked.data) == _request(4, 17)
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        ((_, fields),) = client.xrange(REPLAY_REQUESTS)
    assert fields == {"data": f'{{"projection":"g1","partition":5,"epoch":1,"from":4,"count":17,"reply_to":"{REPLY}"}}'}
