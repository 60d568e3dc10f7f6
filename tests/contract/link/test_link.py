"""What the relay writes into Redis is what the projector reads out of it: entries, their numbers, heads."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import redis

from orders_contracts.codec import decode_event
from orders_contracts.heads import Heads, decode_heads
from orders_contracts.streams import HEADS, NO_EVENT, events_stream
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.application.ports import Batch, Last
from projector.adapters.redis_stream import RedisEventStream
from projector.application.judgement import judge
from projector.application.log import Checkpoint, Reading
from tests.contract.events.goldens import TYPES, faults, golden

EPOCH: Final = 3
PARTITION: Final = 5
ROWS: Final = [(PARTITION, str(decode_event(golden(type_)).envelope.id), type_, golden(type_)) for type_ in TYPES]
HEADS_SEEN: Final = Heads(
    epoch=EPOCH, tick=41, sequences=(0, 0, 0, 0, 0, len(ROWS), 0, 0), at="2026-11-22T09:14:03.000001Z"
)


@pytest.fixture
async def relay(redis_url: str) -> AsyncIterator[RedisStream]:
    """The relay's end of the link."""
    async with connect(redis_url) as client:
        yield RedisStream(client, length=1_000)


@pytest.fixture
async def reader(redis_url: str) -> AsyncIterator[RedisEventStream]:
    """The projector's end of the link."""
    stream = RedisEventStream(redis_url, "g1", count=100)
    yield stream
    await stream.close()


async def test_the_projector_finds_every_event_as_the_relay_has_published_it(
    relay: RedisStream, reader: RedisEventStream
) -> None:
    assert await relay.publish(EPOCH, [Batch(PARTITION, Last("0-0", ""), 1, NO_EVENT, ROWS)]) == [None]
    judgement = judge(PARTITION, Checkpoint(0, NO_EVENT), (await _read(reader)).entries[PARTITION])
    assert judgement.finding is None
    assert judgement.slice.ids == [event_id for _, event_id, _, _ in ROWS]
    assert judgement.slice.events == [decode_event(data) for _, _, _, data in ROWS]
    assert judgement.slice.end == Checkpoint(len(ROWS), ROWS[-1][1])


async def test_a_second_batch_follows_on_the_first(relay: RedisStream, reader: RedisEventStream) -> None:
    first = Batch(PARTITION, Last("0-0", ""), 1, NO_EVENT, ROWS[:7])
    second = Batch(PARTITION, first.end, 8, first.rows[-1][1], ROWS[7:])
    assert await relay.publish(EPOCH, [first]) == [None]
    assert await relay.publish(EPOCH, [second]) == [None]
    reading = await _read(reader, after=7)
    judgement = judge(PARTITION, Checkpoint(7, ROWS[6][1]), reading.entries[PARTITION])
    assert judgement.finding is None
    assert judgement.slice.end.sequence == len(ROWS)


async def test_an_entry_has_the_fields_that_the_link_names_and_no_others(relay: RedisStream, redis_url: str) -> None:
    assert await relay.publish(EPOCH, [Batch(PARTITION, Last("0-0", ""), 1, NO_EVENT, ROWS[:2])]) == [None]
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        entries = client.xrange(events_stream(EPOCH, PARTITION))
    assert entries == [
        ("1-0", {"event_id": ROWS[0][1], "type": TYPES[0], "prev": NO_EVENT, "data": ROWS[0][3].decode()}),
        ("2-0", {"event_id": ROWS[1][1], "type": TYPES[1], "prev": ROWS[0][1], "data": ROWS[1][3].decode()}),
    ]


async def test_the_projector_reads_the_heads_that_the_relay_announces(
    relay: RedisStream, reader: RedisEventStream, redis_url: str
) -> None:
    assert await relay.announce(HEADS_SEEN) is None
    found = (await _read(reader)).heads
    assert found is not None
    assert decode_heads(found) == HEADS_SEEN
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        ((entry, fields),) = client.xrange(HEADS)
    assert entry.startswith("41-")
    assert fields.keys() == {"data"}


def test_the_schema_of_the_heads_is_that_of_the_bytes() -> None:
    assert faults("Heads.v1.json", {"epoch": 1, "tick": 2, "sequences": [3], "at": HEADS_SEEN.at}) == []
    assert faults("Heads.v1.json", {"epoch": 1, "tick": 2, "sequences": [3]}) != []


async def test_the_projector_shows_its_progress_where_the_relay_counts_entries(
    relay: RedisStream, reader: RedisEventStream, redis_url: str
) -> None:
    assert await relay.publish(EPOCH, [Batch(PARTITION, Last("0-0", ""), 1, NO_EVENT, ROWS)]) == [None]
    await reader.bookmark(EPOCH, {PARTITION: 12})
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        (group,) = client.xinfo_groups(events_stream(EPOCH, PARTITION))
    assert (group["name"], group["last-delivered-id"], group["lag"]) == ("g1", "12-0", len(ROWS) - 12)


async def _read(reader: RedisEventStream, after: int = 0) -> Reading:
    return await reader.read(EPOCH, {PARTITION: after}, wait_seconds=1)
