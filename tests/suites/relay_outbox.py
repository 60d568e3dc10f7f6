"""What every outbox of the relay must do, in memory or in Postgres. Two partitions at least."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol
from uuid import UUID

import pytest

from outbox_relay.application.ports import Outbox, OutboxUnavailable, Row, Tick
from outbox_relay.application.sequencer import Sequencer


class Transaction(Protocol):
    """A writer's transaction, still open."""

    async def add(self, partition: int, event_id: str, type_: str = ..., data: bytes = ...) -> None: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


class Database(Protocol):
    """The write database, seen by writers."""

    async def begin(self) -> Transaction: ...
    async def write(self, *events: tuple[int, str]) -> None: ...


def name(number: int) -> str:
    """An event id."""
    return str(UUID(int=number))


async def read(outbox: Outbox, starts: Sequence[int], tick: Tick) -> list[Row]:
    """The events of these ticks."""
    chunks = [rows async for rows in outbox.read(starts, tick.number, sum(tick.heads))]
    return [row for rows in chunks for row in rows]


def of(rows: Sequence[Row], partition: int) -> list[str]:
    """The ids of a partition's events."""
    return [row[1] for row in rows if row[0] == partition]


class OutboxSuite:
    """Subclasses give the fixtures `database`, `outbox` (open) and `another` (a second relay's, open)."""

    async def test_a_log_without_events_has_tick_nought(self, outbox: Outbox) -> None:
        tick = await outbox.tick()
        assert tick.number == 0
        assert not any(tick.heads)

    async def test_a_tick_counts_what_was_committed_by_partition(self, outbox: Outbox, database: Database) -> None:
        await database.write((0, name(1)), (1, name(2)), (1, name(3)))
        tick = await outbox.tick()
        assert tick.number == 1
        assert list(tick.heads[:2]) == [1, 2]

    async def test_there_is_no_tick_without_an_event(self, outbox: Outbox, database: Database) -> None:
        await database.write((0, name(1)))
        first = await outbox.tick()
        assert await outbox.tick() == first

    async def test_a_long_transaction_delays_only_its_own_events(self, outbox: Outbox, database: Database) -> None:
        long = await database.begin()
        await long.add(0, name(1))
        await database.write((0, name(2)))
        first = await outbox.tick()
        assert of(await read(outbox, [0] * len(first.heads), first), 0) == [name(2)]
        await database.write((0, name(3)))
        second = await outbox.tick()
        await long.commit()
        third = await outbox.tick()
        assert [first.heads[0], second.heads[0], third.heads[0]] == [1, 2, 3]
        assert of(await read(outbox, [0] * len(first.heads), third), 0) == [name(2), name(3), name(1)]

    async def test_what_was_rolled_back_has_no_number(self, outbox: Outbox, database: Database) -> None:
        undone = await database.begin()
        await undone.add(0, name(1))
        await database.write((0, name(2)))
        await outbox.tick()
        await undone.rollback()
        await database.write((0, name(3)))
        tick = await outbox.tick()
        assert tick.heads[0] == 2
        assert of(await read(outbox, [0] * len(tick.heads), tick), 0) == [name(2), name(3)]

    async def test_inside_a_tick_events_keep_the_order_of_writing(self, outbox: Outbox, database: Database) -> None:
        early, late = await database.begin(), await database.begin()
        await late.add(0, name(1))
        await early.add(0, name(2))
        await late.add(0, name(3))
        await early.commit()
        await late.commit()
        tick = await outbox.tick()
        assert of(await read(outbox, [0] * len(tick.heads), tick), 0) == [name(1), name(2), name(3)]

    async def test_who_makes_a_small_tick_gets_its_events_along(
        self, outbox: Outbox, another: Outbox, database: Database
    ) -> None:
        long = await database.begin()
        await long.add(1, name(1))
        await database.write((0, name(2)))
        first = await outbox.tick()
        assert of(first.rows, 0) == [name(2)]
        await long.commit()
        await database.write((1, name(3)))
        second = await outbox.tick()
        assert of(second.rows, 1) == [name(1), name(3)]
        assert list(second.rows) == await read(outbox, [first.number] * len(first.heads), second)
        assert not (await outbox.tick()).rows
        assert not (await another.tick()).rows

    async def test_two_relays_see_the_same_ticks(self, outbox: Outbox, another: Outbox, database: Database) -> None:
        await database.write((0, name(1)))
        mine = await outbox.tick()
        assert await another.tick() == mine
        await database.write((1, name(2)))
        theirs = await another.tick()
        assert theirs.number == mine.number + 1
        assert await outbox.tick() == theirs

    async def test_reading_may_start_elsewhere_in_each_partition(self, outbox: Outbox, database: Database) -> None:
        for number in range(1, 7):
            await database.write((number % 2, name(number)))
            tick = await outbox.tick()
        starts = [4, 1] + [tick.number] * (len(tick.heads) - 2)
        rows = await read(outbox, starts, tick)
        assert of(rows, 0) == [name(6)]
        assert of(rows, 1) == [name(3), name(5)]

    async def test_a_big_tick_comes_in_chunks(self, outbox: Outbox, database: Database) -> None:
        await database.write(*((number % 2, name(number)) for number in range(2_500)))
        tick = await outbox.tick()
        chunks = [rows async for rows in outbox.read([0] * len(tick.heads), tick.number, sum(tick.heads))]
        assert len(chunks) > 2
        assert max(len(rows) for rows in chunks) <= 1_000
        assert [row[1] for rows in chunks for row in rows] == [name(number) for number in range(2_500)]

    async def test_the_outbox_can_be_used_after_reading_was_broken_off(
        self, outbox: Outbox, database: Database
    ) -> None:
        await database.write(*((0, name(number)) for number in range(2_500)))
        tick = await outbox.tick()
        chunks = outbox.read([0] * len(tick.heads), tick.number, sum(tick.heads))
        await anext(chunks)
        await chunks.aclose()
        assert await outbox.tick() == tick

    async def test_data_come_back_as_the_bytes_they_were(self, outbox: Outbox, database: Database) -> None:
        data = '{"b" : 1.50,  "a":"Zoë",\n"b":1e3}'.encode()
        transaction = await database.begin()
        await transaction.add(1, name(1), "orders.OrderCreated.v1", data)
        await transaction.commit()
        tick = await outbox.tick()
        assert await read(outbox, [0] * len(tick.heads), tick) == [(1, name(1), "orders.OrderCreated.v1", data)]

    async def test_every_event_is_found_by_its_sequence(self, outbox: Outbox, database: Database) -> None:
        for first in range(0, 40, 4):
            await database.write(*((number % 2, name(number)) for number in range(first, first + 1 + first % 3)))
            tick = await outbox.tick()
        rows, sequencer = await read(outbox, [0] * len(tick.heads), tick), Sequencer(outbox)
        for sequence, event_id in enumerate(of(rows, 0), 1):
            place = (await sequencer.places({0: sequence}, tick))[0]
            assert place.before < sequence <= place.after
            assert await sequencer.event_id(0, sequence, place) == event_id

    async def test_the_heads_of_ticks_can_be_looked_up(self, outbox: Outbox, database: Database) -> None:
        ticks = []
        for number in range(1, 5):
            await database.write((number % 2, name(number)))
            ticks.append(await outbox.tick())
        found = await outbox.ticks([tick.number for tick in ticks])
        assert [list(found[tick.number]) for tick in ticks] == [list(tick.heads) for tick in ticks]
        assert all(sum(after.heads) == sum(before.heads) + 1 for before, after in pairwise(ticks))

    async def test_what_waits_has_an_age(self, outbox: Outbox, database: Database) -> None:
        late = await database.begin()
        await late.add(0, name(1))
        await database.write((0, name(2)))
        tick = await outbox.tick()
        assert await outbox.waiting_seconds(tick.number) is None
        await late.commit()
        waiting = await outbox.waiting_seconds(tick.number)
        assert waiting is not None
        assert waiting > 0

    async def test_a_closed_outbox_is_unavailable_until_it_is_opened(self, outbox: Outbox) -> None:
        await outbox.close()
        with pytest.raises(OutboxUnavailable):
            await outbox.tick()
        await outbox.open()
        assert (await outbox.tick()).number == 0
