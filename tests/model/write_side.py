"""The write database of the model: transactions on aggregates, the log in all the shapes that it ever had, restores."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from orders_contracts.codec import Metadata, encode_event
from orders_contracts.products import ProductListed
from outbox_relay.application.ports import Log, OutboxUnavailable, Row
from tests.fakes.relay_log import InMemoryDatabase, Snapshot, Written
from tests.fakes.relay_observer import START, SetClock
from tests.fakes.relay_replays import InMemoryReplayLog
from tests.model.stepping import MOMENT, Fate

PARTITIONS: Final = 2
AGGREGATES: Final = 4
"""Aggregate a is of partition a % PARTITIONS."""


@lru_cache(maxsize=4_096)
def _event(number: int, aggregate: int, version: int) -> tuple[str, bytes]:
    event_id = UUID(int=number)
    sku = f"SKU-{aggregate}"
    data = ProductListed(
        sku=sku, name="Pen", unit_price_cents=1, currency="EUR", listed=True, on_hand=0, reserved=0, available=0
    )
    return str(event_id), encode_event(Metadata(event_id, "product", sku, version, START), data)


def partition_of(sku: str) -> int:
    """Where the events of an aggregate go."""
    return int(sku.removeprefix("SKU-")) % PARTITIONS


class Backup(NamedTuple):
    """All that is committed at some moment."""

    rows: list[Written]
    snapshots: list[Snapshot]
    heads: list[list[int]]
    next_xid: int
    next_position: int
    versions: dict[int, int]
    log: Log


@dataclass
class Transaction:
    """One that is open; `versions` are those of the aggregates that it has locked."""

    xid: int
    versions: dict[int, int] = field(default_factory=dict)


class WriteDatabase(InMemoryDatabase):
    """Remembers what each tick holds, every event's moment, and every log that there was before a restore."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(PARTITIONS)
        self.clock = clock
        self.restores = 0
        self.highest_epoch = 1
        self.open: list[Transaction] = []
        self.versions = dict.fromkeys(range(AGGREGATES), 0)
        self.committed_at: dict[str, float] = {}
        self.written_at: dict[str, float] = {}
        self.lost: list[tuple[int, list[list[str]]]] = []
        self._events = 0
        self._ticks: list[list[Row]] = [[]]
        self._numbered: list[list[str]] = [[] for _ in range(PARTITIONS)]

    def begin_one(self) -> Transaction:
        """Begin a transaction."""
        self.open.append(Transaction(self.next_xid))
        self.under_way.add(self.next_xid)
        self.next_xid += 1
        return self.open[-1]

    def add(self, transaction: Transaction, aggregate: int) -> None:
        """The next event of an aggregate, unless another transaction has locked it."""
        if any(aggregate in other.versions for other in self.open if other is not transaction):
            return
        version = transaction.versions.get(aggregate, self.versions[aggregate]) + 1
        transaction.versions[aggregate] = version
        self._events += 1
        self.next_position += 1
        event_id, data = _event(self._events, aggregate, version)
        row = (aggregate % PARTITIONS, event_id, "orders.ProductListed.v1", data)
        self.rows.append(Written(transaction.xid, self.next_position, row))
        self.written_at[event_id] = self.clock.seconds

    def commit(self, transaction: Transaction) -> None:
        """All of it is there."""
        self._end(transaction)
        self.versions |= transaction.versions
        of_it = (written.row[1] for written in self.rows if written.xid == transaction.xid)
        self.committed_at.update(dict.fromkeys(of_it, self.clock.seconds))

    def roll_back(self, transaction: Transaction) -> None:
        """Nothing of it is there."""
        self._end(transaction)
        self.rows = [written for written in self.rows if written.xid != transaction.xid]

    def of_tick(self, number: int) -> list[Row]:
        """The events of a tick, in order."""
        self._catch_up()
        return self._ticks[number]

    def numbered(self, partition: int) -> list[str]:
        """The event ids of a partition by sequence, as far as ticks have numbered them."""
        self._catch_up()
        return self._numbered[partition]

    def logs(self, epoch: int, partition: int) -> list[list[str]]:
        """The log as it is, and as it was before the restores in `epoch`."""
        was = [logs[partition] for last_epoch, logs in self.lost if epoch <= last_epoch]
        return [self.numbered(partition), *was]

    def back_up(self) -> Backup:
        """What a restore brings back; what is under way is not in it."""
        rows = [written for written in self.rows if written.xid not in self.under_way]
        return Backup(
            rows, self.snapshots[:], self.heads[:], self.next_xid, self.next_position, dict(self.versions), self.log
        )

    def restore(self, backup: Backup) -> None:
        """An earlier day, for everybody who connects from now on."""
        self.lost.append((self.log.epoch, [self.numbered(partition)[:] for partition in range(PARTITIONS)]))
        self.rows, self.snapshots, self.heads = backup.rows[:], backup.snapshots[:], backup.heads[:]
        self.next_xid, self.next_position = backup.next_xid, backup.next_position
        self.versions, self.log = dict(backup.versions), backup.log
        self.open.clear()
        self.under_way.clear()
        self._ticks, self._numbered = [[]], [[] for _ in range(PARTITIONS)]
        self.restores += 1

    def new_epoch(self) -> None:
        """What the verb does."""
        self.log = Log(self.log.epoch + 1, PARTITIONS)
        self.highest_epoch = max(self.highest_epoch, self.log.epoch)

    @property
    def all_numbered(self) -> bool:
        """Whether every committed event has its number."""
        return not self.open and sum(self.heads[-1]) == len(self.rows)

    def _end(self, transaction: Transaction) -> None:
        self.open.remove(transaction)
        self.under_way.discard(transaction.xid)

    def _catch_up(self) -> None:
        while len(self._ticks) < len(self.snapshots):
            rows = super().of_tick(len(self._ticks))
            self._ticks.append(rows)
            for partition, event_id, _, _ in rows:
                self._numbered[partition].append(event_id)


class WriteConnection(InMemoryReplayLog):
    """One task's connection; a restore breaks it."""

    def __init__(self, database: WriteDatabase) -> None:
        super().__init__(database, self._moment, chunk=3)
        self._write_database = database
        self._restores = database.restores

    async def open(self) -> Log:
        log = await super().open()
        self._restores = self._write_database.restores
        return log

    async def waiting_seconds(self, tick: int) -> float | None:
        await self._reached()
        database = self._write_database
        newest = len(database.snapshots) - 1
        if tick > newest or (tick == newest and database.all_numbered):
            return None
        seen = database.snapshots[tick]
        fresh = [row for row in database.rows if row.xid not in database.under_way and not seen.sees(row.xid)]
        return max((database.clock.seconds - database.written_at[one.row[1]] for one in fresh), default=None)

    async def _moment(self) -> None:
        if await MOMENT is not Fate.DONE:
            self._connected = False
            raise OutboxUnavailable("the connection is lost")
        if self._connected and self._restores != self._write_database.restores:
            self._connected = False
            raise OutboxUnavailable("the server was stopped")
