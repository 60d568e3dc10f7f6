"""What every EventStream does."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from projector.application.log import Entry
from projector.application.ports import EventStream
from tests.fakes.projector_events import NumberedLog, life_of

COUNT = 5
"""How many entries of a partition one look takes in this suite."""


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
        assert (len(first.entries[0]), first.full) == (COUNT, True)
        assert (len(rest.entries[0]), rest.full) == (3, False)

    async def test_several_partitions_are_read_in_one_look(self, world: StreamWorld) -> None:
        log = NumberedLog(2)
        await world.put(0, log.append(0, life_of(1)[:2]))
        await world.put(1, log.append(1, life_of(2)[:3]))
        reading = await world.stream.read(1, {0: 1, 1: 0}, wait_seconds=0)
        assert {partition: len(entries) for partition, entries in reading.entries.items()} == {0: 1, 1: 3}

    async def test_streams_that_do_not_exist_are_empty(self, world: StreamWorld) -> None:
        reading = await world.stream.read(1, {0: 0, 1: 17}, wait_seconds=0.05)
        assert (dict(reading.entries), reading.heads, reading.full) == ({}, None, False)

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
