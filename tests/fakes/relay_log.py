"""A write database in memory: transactions, snapshots, and the log that ticks number."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from typing import NamedTuple

from outbox_relay.application.ports import LinkFailure, Log, OutboxUnavailable, OutboxUnfit, Row, Tick

Pause = Callable[[], Awaitable[None]]
"""Lets others go first, where the real thing would wait for its engine."""


async def at_once() -> None:
    """No one goes first."""


class Snapshot(NamedTuple):
    """Which transactions are seen: those below `xmax` that were not `under_way`."""

    xmax: int
    under_way: frozenset[int]

    def sees(self, xid: int) -> bool:
        return xid < self.xmax and xid not in self.under_way


class Written(NamedTuple):
    """A row of the outbox."""

    xid: int
    position: int
    row: Row


class InMemoryTransaction:
    """A transaction that is open until it is committed or rolled back."""

    def __init__(self, database: "InMemoryDatabase") -> None:
        self._database = database
        self._xid = database.next_xid
        database.next_xid += 1
        database.under_way.add(self._xid)

    async def add(self, partition: int, event_id: str, type_: str = "orders.Tried.v1", data: bytes = b"{}") -> None:
        """Write an event into the outbox."""
        self._database.next_position += 1
        self._database.rows.append(Written(self._xid, self._database.next_position, (partition, event_id, type_, data)))

    async def commit(self) -> None:
        self._database.under_way.discard(self._xid)

    async def rollback(self) -> None:
        self._database.rows = [row for row in self._database.rows if row.xid != self._xid]
        self._database.under_way.discard(self._xid)


class InMemoryDatabase:
    """What outlives any relay. `problem` is raised by everything that is asked of it while it is set."""

    def __init__(self, partitions: int = 2, epoch: int = 1) -> None:
        self.log = Log(epoch, partitions)
        self.rows: list[Written] = []
        self.under_way: set[int] = set()
        self.next_xid = 10
        self.next_position = 0
        self.snapshots = [Snapshot(1, frozenset())]
        self.heads = [[0] * partitions]
        self.problem: LinkFailure | None = None

    async def begin(self) -> InMemoryTransaction:
        return InMemoryTransaction(self)

    async def write(self, *events: tuple[int, str]) -> None:
        """One committed transaction with these events: partition and event id."""
        transaction = await self.begin()
        for partition, event_id in events:
            await transaction.add(partition, event_id)
        await transaction.commit()

    def of_tick(self, number: int) -> list[Row]:
        """The events of a tick, in order."""
        before, this = self.snapshots[number - 1], self.snapshots[number]
        return [
            written.row
            for written in sorted(self.rows, key=lambda written: written.position)
            if this.sees(written.xid) and not before.sees(written.xid) and written.xid not in self.under_way
        ]

    def numbered(self, partition: int) -> list[str]:
        """The event ids of a partition by sequence, as far as ticks have numbered them."""
        ticks = range(1, len(self.snapshots))
        return [row[1] for number in ticks for row in self.of_tick(number) if row[0] == partition]


class InMemoryOutbox:
    """One relay's connection to the database."""

    def __init__(self, database: InMemoryDatabase, pause: Pause = at_once, chunk: int = 3) -> None:
        self._database = database
        self._pause = pause
        self._chunk = chunk
        self._connected = False
        self.dies_after_tick = False
        self.rows_read: list[Row] = []

    async def open(self) -> Log:
        await self._pause()
        if self._database.problem:
            raise self._database.problem
        self._connected = True
        return self._database.log

    async def look(self) -> Log:
        return (await self._reached()).log

    async def close(self) -> None:
        self._connected = False

    async def tick(self) -> Tick:
        database = await self._reached()
        last, now = database.snapshots[-1], Snapshot(database.next_xid, frozenset(database.under_way))
        if now.xmax < last.xmax:
            raise OutboxUnfit(f"transaction ids lie below those of tick {len(database.snapshots) - 1}")
        heads = list(database.heads[-1])
        for written in database.rows:
            if now.sees(written.xid) and not last.sees(written.xid):
                heads[written.row[0]] += 1
        made = heads != database.heads[-1]
        if made:
            database.snapshots.append(now)
            database.heads.append(heads)
        if self.dies_after_tick:
            self.dies_after_tick = self._connected = False
            raise OutboxUnavailable("the connection was lost before the answer")
        await self._pause()
        number = len(database.heads) - 1
        rows = database.of_tick(number) if made else []
        return Tick(number, tuple(database.heads[-1]), rows if len(rows) <= self._chunk else [])

    async def ticks(self, numbers: Collection[int]) -> dict[int, Sequence[int]]:
        database = await self._reached()
        return {number: tuple(database.heads[number]) for number in numbers if number < len(database.heads)}

    async def event_id(self, tick: int, partition: int, rank: int) -> str:
        database = await self._reached()
        mine = [row[1] for row in database.of_tick(tick) if row[0] == partition]
        if rank >= len(mine):
            raise OutboxUnfit(f"partition {partition} has no event {rank} in tick {tick}")
        return mine[rank]

    async def read(self, starts: Sequence[int], up_to: int, expected: int) -> AsyncGenerator[Sequence[Row]]:
        database = await self._reached()
        rows = [
            row
            for number in range(min(starts) + 1, up_to + 1)
            for row in database.of_tick(number)
            if starts[row[0]] < number
        ]
        for first in range(0, len(rows), self._chunk):
            await self._reached()
            self.rows_read += rows[first : first + self._chunk]
            yield rows[first : first + self._chunk]

    async def waiting_seconds(self, tick: int) -> float | None:
        database = await self._reached()
        seen = database.snapshots[tick]
        fresh = [row for row in database.rows if row.xid not in database.under_way and not seen.sees(row.xid)]
        return float(len(fresh)) if fresh else None

    async def _reached(self) -> InMemoryDatabase:
        await self._pause()
        if not self._connected:
            raise OutboxUnavailable("not connected")
        if self._database.problem:
            self._connected = False
            raise self._database.problem
        return self._database


async def give_way() -> None:
    """Others go first."""
    await asyncio.sleep(0)
