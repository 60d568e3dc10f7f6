"""The heart of the link: however transactions overlap, the log is dense, ordered, complete and always the same."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from orders_contracts.streams import partition_of
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.application.ports import Row, Tick
from outbox_relay.application.sequencer import Sequencer
from tests.integration.outbox_relay.writers import add

PARTITIONS: Final = 8
WRITERS: Final = 10
TRANSACTIONS: Final = 50
AGGREGATES: Final = 24


@dataclass
class Writers:
    """Writers that overlap, hold on, roll back, and commit out of order; what they were told is committed.

    As in the service, the next version of an aggregate is written only when the one before can be seen.
    """

    url: str
    random: Random = field(default_factory=lambda: Random(7))
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    committed: dict[str, tuple[str, int]] = field(default_factory=dict)
    busy: int = WRITERS

    async def run(self) -> None:
        await asyncio.gather(*(self._writer(number) for number in range(WRITERS)))

    async def _writer(self, number: int) -> None:
        async with await AsyncConnection.connect(self.url) as connection:
            for _ in range(TRANSACTIONS):
                await self._transaction(connection, slow=number < 3)
        self.busy -= 1

    async def _transaction(self, connection: AsyncConnection[Any], *, slow: bool) -> None:
        names = sorted(
            self.random.sample([f"order-{number}" for number in range(AGGREGATES)], self.random.choice([1, 1, 2]))
        )
        for name in names:
            await self.locks[name].acquire()
        try:
            written = await self._write(connection, names, slow=slow)
            if self.random.random() < 0.15:
                await connection.rollback()
                return
            await connection.commit()
            for event_id, (name, version) in written.items():
                self.versions[name] = version
                self.committed[event_id] = (name, version)
        finally:
            for name in names:
                self.locks[name].release()

    async def _write(
        self, connection: AsyncConnection[Any], names: list[str], *, slow: bool
    ) -> dict[str, tuple[str, int]]:
        written: dict[str, tuple[str, int]] = {}
        for name in names:
            for step in range(self.random.choice([1, 1, 3])):
                event = (name, self.versions[name] + step + 1)
                await self._add(connection, event, written)
        if slow:
            await connection.execute("SELECT pg_sleep(%s)", (self.random.random() / 20,))
        return written

    async def _add(
        self, connection: AsyncConnection[Any], event: tuple[str, int], written: dict[str, tuple[str, int]]
    ) -> None:
        """Write an event, sometimes only at the second try, the first being undone by a savepoint."""
        partition = partition_of("order", event[0], PARTITIONS)
        if self.random.random() < 0.2:
            await connection.execute("SAVEPOINT before")
            await add(connection, partition, self._event_id(), event)
            await connection.execute("ROLLBACK TO SAVEPOINT before")
        event_id = self._event_id()
        await add(connection, partition, event_id, event)
        written[event_id] = event

    def _event_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


async def ticking(outbox: PostgresOutbox, writers: Writers) -> list[Tick]:
    """Tick as fast as it goes until the writers are done, and once more."""
    ticks = []
    while writers.busy:
        ticks.append(await outbox.tick())
    return [*ticks, await outbox.tick()]


def numbered(rows: list[Row]) -> dict[int, list[str]]:
    """By partition, the event ids by sequence."""
    found: dict[int, list[str]] = defaultdict(list)
    for partition, event_id, _, _ in rows:
        found[partition].append(event_id)
    return dict(found)


async def collect(outbox: PostgresOutbox, after: int, tick: Tick, expected: int) -> list[Row]:
    return [row async for rows in outbox.read([after] * PARTITIONS, tick.number, expected) for row in rows]


def assert_complete(whole: dict[int, list[str]], writers: Writers) -> None:
    """What writers were told is committed is there once; nothing else is."""
    ids = [event_id for events in whole.values() for event_id in events]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(writers.committed)
    assert len(ids) > WRITERS * TRANSACTIONS * 0.8


def assert_ordered(whole: dict[int, list[str]], writers: Writers) -> None:
    """Versions of an aggregate come one after the other."""
    for events in whole.values():
        seen: dict[str, int] = defaultdict(int)
        for name, version in map(writers.committed.__getitem__, events):
            assert version == seen[name] + 1
            seen[name] = version


async def assert_same_by_ticks(outbox: PostgresOutbox, whole: dict[int, list[str]], last: Tick) -> None:
    """Derived anew, one tick at a time: the same, and every tick counts what there is so far."""
    rows: list[Row] = []
    for number in range(1, last.number + 1):
        heads = (await outbox.ticks([number]))[number]
        fresh = await collect(outbox, number - 1, Tick(number, heads), 1)
        assert fresh
        rows += fresh
        assert [len(numbered(rows).get(partition, [])) for partition in range(PARTITIONS)] == list(heads)
    assert numbered(rows) == whole


async def assert_same_one_by_one(outbox: PostgresOutbox, whole: dict[int, list[str]], last: Tick) -> None:
    """Derived anew, from sequence to event: the same."""
    sequencer = Sequencer(outbox)
    for partition, events in whole.items():
        for sequence in range(1, len(events) + 1, 7):
            place = (await sequencer.places({partition: sequence}, last))[partition]
            assert await sequencer.event_id(partition, sequence, place) == events[sequence - 1]


async def test_overlapping_writers_leave_a_log_that_is_dense_ordered_complete_and_always_the_same(
    outbox: PostgresOutbox, another: PostgresOutbox, write_database_url: str
) -> None:
    writers = Writers(write_database_url)
    _, mine, theirs = await asyncio.gather(writers.run(), ticking(outbox, writers), ticking(another, writers))
    last = max([*mine, *theirs], key=attrgetter("number"))
    heads: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for tick in [*mine, *theirs]:
        heads[tick.number].add(tuple(tick.heads))
    assert all(len(told) == 1 for told in heads.values())
    assert last.number > 20

    whole = numbered(await collect(outbox, 0, last, 10**6))
    assert [len(whole.get(partition, [])) for partition in range(PARTITIONS)] == list(last.heads)
    assert_complete(whole, writers)
    assert_ordered(whole, writers)
    assert numbered(await collect(another, 0, last, 1)) == whole
    await assert_same_by_ticks(another, whole, last)
    await assert_same_one_by_one(another, whole, last)


async def test_the_writers_of_this_test_do_overlap(write_database_url: str, admin: AsyncConnection[Any]) -> None:
    writers = Writers(write_database_url)
    await writers.run()
    answer = await admin.execute(
        "SELECT count(*) FROM (SELECT xid, lag(xid) OVER (ORDER BY position) AS before FROM outbox) rows"
        " WHERE xid < before"
    )
    found = await answer.fetchone()
    assert found is not None
    assert found[0] > 20
