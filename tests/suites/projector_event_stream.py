"""What every EventStream does."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from orders_contracts.replay import ReplayRequest, reply_stream
from projector.application.log import Entry
from projector.application.ports import EventStream
from tests.fakes.projector_events import NumberedLog, life_of

COUNT = 5
"""How many entries of a partition one look takes in this suite."""

REPLY = reply_stream("g1", 0, "one")


def request(name: str = REPLY, partition: int = 0) -> ReplayRequest:
    """Asks for the first ten events."""
    return ReplayRequest(projection="g1", partition=partition, epoch=1, first=1, count=10, reply_to=name)


class StreamWorld(Protocol):
    """A stream, and the other end of it."""

    @property
    def stream(self) -> EventStream:
        """What is under test."""
        ...

    async def put(self, partition: int, entries: Sequence[Entry]) -> None:
        """Publish `entries` in epoch 1."""
        ...

    async def say(self, heads: bytes) -> None:
        """Publish a heads entry."""
        ...

    async def reply(self, name: str, entries: Sequence[Entry]) -> None:
        """Answer a request for a replay."""
        ...

    async def asked(self) -> Sequence[ReplayRequest]:
        """The requests for replays so far."""
        ...

    async def replies(self) -> Collection[str]:
        """The names of the replies that are there."""
        ...

    async def shown(self, partition: int) -> int:
        """Where the bookmark of a partition of epoch 1 stands."""
        ...


class EventStreamSuite:
    """Inherit, and give a fixture `world`."""

    async def test_what_follows_a_position_is_read_in_order(self, world: StreamWorld) -> None:
        entries = NumberedLog().append(0, life_of(1))
        await world.put(0, entries)
        reading = await world.stream.read(1, {0: 2}, wait_seconds=0)
        assert reading.entries == {0: list(entries[2:7])}
        assert reading.heads is None

    async def test_one_look_takes_a_bounded_number_and_says_that_there_may_be_more(self, world: StreamWorld) -> None:
        await world.put(0, NumberedLog().append(0, life_of(1)))
        first = await world.stream.read(1, {0: 0}, wait_seconds=0)
        rest = await world.stream.read(1, {0: COUNT}, wait_seconds=0)
        assert (len(first.entries[0]), first.full) == (COUNT, frozenset({0}))
        assert (len(rest.entries[0]), rest.full) == (3, frozenset[int]())

    async def test_several_partitions_are_read_in_one_look(self, world: StreamWorld) -> None:
        log = NumberedLog(2)
        await world.put(0, log.append(0, life_of(1)[:2]))
        await world.put(1, log.append(1, life_of(2)[:3]))
        reading = await world.stream.read(1, {0: 1, 1: 0}, wait_seconds=0)
        assert {partition: len(entries) for partition, entries in reading.entries.items()} == {0: 1, 1: 3}

    async def test_streams_that_do_not_exist_are_empty(self, world: StreamWorld) -> None:
        reading = await world.stream.read(1, {0: 0, 1: 17}, wait_seconds=0.05)
        assert (dict(reading.entries), reading.heads, reading.full) == ({}, None, frozenset())

    async def test_another_epoch_is_another_stream(self, world: StreamWorld) -> None:
        await world.put(0, NumberedLog().append(0, life_of(1)))
        assert not (await world.stream.read(2, {0: 0}, wait_seconds=0)).entries

    async def test_a_waiting_look_ends_with_the_first_event(self, world: StreamWorld) -> None:
        looking = asyncio.create_task(world.stream.read(1, {0: 0}, wait_seconds=20))
        await asyncio.sleep(0)
        await world.put(0, NumberedLog().append(0, life_of(1)[:1]))
        async with asyncio.timeout(10):
            assert len((await looking).entries[0]) == 1

    async def test_heads_are_read_once_and_newer_ones_again(self, world: StreamWorld) -> None:
        log = NumberedLog()
        first, second = log.heads(1), log.heads(2)
        await world.say(first)
        found = [(await world.stream.read(1, {}, wait_seconds=0)).heads]
        await world.put(0, log.append(0, life_of(1)[:1]))
        found.append((await world.stream.read(1, {0: 0}, wait_seconds=0)).heads)
        await world.say(second)
        found.append((await world.stream.read(1, {0: 0}, wait_seconds=0)).heads)
        assert found == [first, None, second]

    async def test_a_bookmark_is_shown_and_moved(self, world: StreamWorld) -> None:
        await world.put(0, NumberedLog().append(0, life_of(1)))
        await world.stream.bookmark(1, {0: 3})
        before = await world.shown(0)
        await world.stream.bookmark(1, {0: 8})
        assert (before, await world.shown(0)) == (3, 8)

    async def test_a_bookmark_needs_no_stream(self, world: StreamWorld) -> None:
        await world.stream.bookmark(1, {0: 0, 1: 0})
        assert await world.shown(1) == 0

    async def test_a_reply_is_read_in_place_of_the_partition_s_own_stream(self, world: StreamWorld) -> None:
        log = NumberedLog(2)
        entries, others = log.append(0, life_of(1)), log.append(1, life_of(2))
        await world.put(0, entries[7:])
        await world.put(1, others[:1])
        await world.reply(REPLY, entries[:4])
        reading = await world.stream.read(1, {0: 1, 1: 0}, {0: REPLY}, wait_seconds=0)
        assert reading.entries == {0: list(entries[1:4]), 1: list(others[:1])}

    async def test_a_long_reply_is_read_piece_by_piece(self, world: StreamWorld) -> None:
        entries = NumberedLog().append(0, life_of(1))
        await world.reply(REPLY, entries)
        first = await world.stream.read(1, {0: 0}, {0: REPLY}, wait_seconds=0)
        rest = await world.stream.read(1, {0: COUNT}, {0: REPLY}, wait_seconds=0)
        assert [*first.entries[0], *rest.entries[0]] == list(entries)
        assert (first.full, rest.full) == (frozenset({0}), frozenset[int]())

    async def test_a_waiting_look_ends_with_the_answer(self, world: StreamWorld) -> None:
        looking = asyncio.create_task(world.stream.read(1, {0: 0}, {0: REPLY}, wait_seconds=20))
        await asyncio.sleep(0)
        await world.reply(REPLY, NumberedLog().append(0, life_of(1)[:1]))
        async with asyncio.timeout(10):
            assert len((await looking).entries[0]) == 1

    async def test_a_peek_takes_the_next_entry_of_each_partition_and_no_heads(self, world: StreamWorld) -> None:
        log = NumberedLog(3)
        entries, others = log.append(0, life_of(1)), log.append(1, life_of(2))
        await world.put(0, entries[4:])
        await world.put(1, others)
        await world.say(log.heads())
        assert await world.stream.peek(1, {0: 2, 1: 8, 2: 0}) == {0: entries[4]}
        assert (await world.stream.read(1, {}, wait_seconds=0)).heads == log.heads()

    async def test_requests_are_put_where_relays_look(self, world: StreamWorld) -> None:
        requests = [request(), request(reply_stream("g1", 1, "two"), 1)]
        await world.stream.ask(requests[:1], ())
        await world.stream.ask(requests, ())
        assert list(await world.asked()) == [requests[0], *requests]

    async def test_replies_that_are_read_up_are_taken_away(self, world: StreamWorld) -> None:
        other = reply_stream("g1", 0, "two")
        for name in (REPLY, other):
            await world.reply(name, NumberedLog().append(0, life_of(1)))
        await world.stream.ask([request()], (REPLY,))
        assert set(await world.replies()) == {other}
