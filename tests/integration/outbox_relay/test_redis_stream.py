"""The real stream: the port's suite, and what only a real Valkey can show."""

from typing import Any

import pytest
from redis.asyncio import Redis

from orders_contracts import streams
from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.application.ports import Batch, Last, StreamUnavailable
from stack.ports import choose_port
from tests.fakes.relay_stream import Entry
from tests.suites.relay_stream import EMPTY, Group, Look, StreamSuite, first_batch, heads, next_batch, rows


@pytest.fixture
def stream(relay_client: Redis) -> RedisStream:
    return RedisStream(relay_client, length=1_000, window=100)


@pytest.fixture
def look(client: Redis) -> Look:
    async def entries(epoch: int, partition: int) -> list[Entry]:
        found: list[Any] = await client.execute_command("XRANGE", streams.events_stream(epoch, partition), "-", "+")  # type: ignore[no-untyped-call]
        return [_entry(*entry) for entry in found]

    return entries


@pytest.fixture
def group(client: Redis) -> Group:
    async def bookmark(partition: int, name: str, passed: int) -> None:
        key = streams.events_stream(1, partition)
        await client.xgroup_create(key, name, id="0", mkstream=True)
        await client.xgroup_setid(key, name, streams.entry_id(passed))

    return bookmark


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    found = {name.decode(): value for name, value in fields.items()}
    data = found.pop(streams.FIELD_DATA)
    texts = {name: value.decode() for name, value in found.items()}
    assert set(texts) == {streams.FIELD_EVENT_ID, streams.FIELD_TYPE, streams.FIELD_PREV}
    return Entry(
        streams.sequence_of(entry_id),
        texts[streams.FIELD_EVENT_ID],
        texts[streams.FIELD_TYPE],
        texts[streams.FIELD_PREV],
        data,
    )


class TestRedisStream(StreamSuite):
    """Fixtures are those of this module."""


async def _info(client: Redis, partition: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = await client.xinfo_stream(streams.events_stream(1, partition))
    return found


async def test_the_count_of_entries_is_the_sequence_so_that_a_groups_lag_is_true(
    stream: RedisStream, client: Redis
) -> None:
    await client.xgroup_create(streams.events_stream(1, 0), "g1", id="0", mkstream=True)
    await stream.publish(1, [Batch(0, EMPTY, 901, "z", rows(0, "a", "b", "c"))])
    assert (await _info(client))["entries-added"] == 903
    await client.execute_command(  # type: ignore[no-untyped-call]
        "XGROUP", "SETID", streams.events_stream(1, 0), "g1", "902-0", "ENTRIESREAD", "902"
    )
    (group,) = await client.xinfo_groups(streams.events_stream(1, 0))
    assert group["lag"] == 1


async def test_the_count_stays_true_after_entries_were_lost(stream: RedisStream, client: Redis) -> None:
    batch = first_batch(0, "a", "b", "c")
    await stream.publish(1, [batch])
    await client.delete(streams.events_stream(1, 0))
    await stream.publish(1, [Batch(0, EMPTY, 3, "b", rows(0, "c"))])
    await stream.publish(1, [Batch(0, Last("3-0", "c"), 4, "c", rows(0, "d"))])
    assert (await _info(client))["entries-added"] == 4
    assert (await _info(client))["last-generated-id"] == b"4-0"


async def test_an_emptied_stream_keeps_its_last_id(stream: RedisStream, client: Redis) -> None:
    batch = first_batch(0, "a", "b")
    await stream.publish(1, [batch])
    await client.xtrim(streams.events_stream(1, 0), maxlen=0, approximate=False)
    assert await stream.last(1, [0]) == [Last("2-0", "")]
    assert await stream.publish(1, [next_batch(batch, "c")]) == [None]
    assert (await _info(client))["entries-added"] == 3


async def test_a_last_entry_that_was_deleted_is_not_taken_for_the_one_before(
    stream: RedisStream, client: Redis
) -> None:
    await stream.publish(1, [first_batch(0, "a", "b")])
    await client.xdel(streams.events_stream(1, 0), "2-0")
    assert await stream.last(1, [0]) == [Last("2-0", "")]


async def test_a_stream_is_trimmed_to_about_its_length(relay_client: Redis, client: Redis) -> None:
    stream, batch = RedisStream(relay_client, length=100), first_batch(0, *map(str, range(500)))
    await stream.publish(1, [batch])
    for first in range(500, 1_500, 500):
        batch = next_batch(batch, *map(str, range(first, first + 500)))
        await stream.publish(1, [batch])
    assert 100 <= (await _info(client))["length"] <= 200
    assert await stream.last(1, [0]) == [Last("1500-0", "1499")]


async def test_a_forgotten_script_is_loaded_again(stream: RedisStream, client: Redis, look: Look) -> None:
    batch = first_batch(0, "a")
    await stream.publish(1, [batch])
    await client.script_flush()
    assert await stream.publish(1, [next_batch(batch, "b"), first_batch(1, "c")]) == [None, None]
    assert [entry.event_id for entry in await look(1, 0)] == ["a", "b"]
    assert [entry.event_id for entry in await look(1, 1)] == ["c"]


async def test_full_memory_refuses_a_batch_wholly(stream: RedisStream, client: Redis, look: Look) -> None:
    batch = first_batch(0, *map(str, range(20)))
    await stream.publish(1, [batch])
    await client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StreamUnavailable, match="maxmemory"):
            await stream.publish(1, [Batch(0, batch.end, 31, "z", rows(0, "b", "c"))])
        assert await stream.last(1, [0]) == [batch.end]
        assert len(await look(1, 0)) == 20
    finally:
        await client.config_set("maxmemory", 0)
    assert await stream.publish(1, [next_batch(batch, "b", "c")]) == [None]


async def test_a_read_only_replica_is_unavailable(stream: RedisStream, client: Redis) -> None:
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]
    try:
        with pytest.raises(StreamUnavailable, match="read only replica"):
            await stream.publish(1, [first_batch(0, "a")])
    finally:
        await client.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]


async def test_a_key_that_is_no_stream_is_unavailable_not_overwritten(stream: RedisStream, client: Redis) -> None:
    await client.set(streams.events_stream(1, 0), "mine")
    with pytest.raises(StreamUnavailable):
        await stream.publish(1, [first_batch(0, "a")])
    assert await client.get(streams.events_stream(1, 0)) == b"mine"


async def test_nobody_listening_is_unavailable() -> None:
    client = redis_stream.connect(f"redis://127.0.0.1:{choose_port()}/0")
    with pytest.raises(StreamUnavailable, match="redis: "):
        await RedisStream(client, 100).last(1, [0])
    await client.aclose()


async def test_trimming_frees_a_memory_that_is_full(relay_client: Redis, client: Redis, group: Group) -> None:
    stream = RedisStream(relay_client, length=1_000, window=0)
    await stream.publish(1, [first_batch(0, *map(str, range(900)))])
    await group(0, "g1", 900)
    await client.config_set("maxmemory", 1)
    try:
        assert await stream.trim(1, [0]) >= 800
    finally:
        await client.config_set("maxmemory", 0)
    assert await stream.last(1, [0]) == [Last("900-0", "899")]


@pytest.mark.parametrize("passed", [1, 99, 100, 101, 555, 899, 900])
async def test_no_entry_goes_that_a_group_has_not_passed_even_without_a_window(
    relay_client: Redis, group: Group, look: Look, passed: int
) -> None:
    stream = RedisStream(relay_client, length=1_000, window=0)
    await stream.publish(1, [first_batch(0, *map(str, range(900)))])
    await group(0, "g1", passed)
    await group(0, "g2", 900)
    await stream.trim(1, [0])
    kept = [entry.sequence for entry in await look(1, 0)]
    assert kept == list(range(kept[0], 901))
    assert kept[0] <= passed + 1
    assert await stream.last(1, [0]) == [Last("900-0", "899")]


async def test_the_cap_does_not_wait_for_a_group(relay_client: Redis, client: Redis, group: Group) -> None:
    stream, batch = RedisStream(relay_client, length=100), first_batch(0, *map(str, range(500)))
    await group(0, "idle", 0)
    await stream.publish(1, [batch])
    await stream.publish(1, [next_batch(batch, *map(str, range(500)))])
    assert (await _info(client))["length"] <= 200


async def test_heads_get_an_id_that_begins_with_their_tick_unless_a_higher_one_was_there(
    stream: RedisStream, client: Redis
) -> None:
    async def entry_ids() -> list[bytes]:
        found: list[Any] = await client.execute_command("XRANGE", streams.HEADS, "-", "+")  # type: ignore[no-untyped-call]
        return [entry_id for entry_id, _ in found]

    assert await stream.announce(heads(41, 3)) is None
    assert await entry_ids() == [b"41-0"]
    assert await stream.announce(heads(30, 3), outdated=41) is None
    assert await entry_ids() == [b"41-1"]
    assert await stream.announce(heads(42, 3)) is None
    assert await entry_ids() == [b"42-0"]


async def test_heads_that_cannot_be_read_are_replaced(stream: RedisStream, client: Redis) -> None:
    for junk in ("{", "[]", '"x"', '{"epoch": "1", "tick": 99}'):
        await client.xadd(streams.HEADS, {"data": junk}, id="50-*")
        assert await stream.announce(heads(7, 3)) is None
