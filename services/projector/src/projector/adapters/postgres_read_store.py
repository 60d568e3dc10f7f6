"""The read models in Postgres: one connection, two statements per batch, the second of which is the transaction; but
where many rows are only added, they come behind it by COPY.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from orders_contracts.changes import channel, encode_changes
from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from orders_contracts.timestamps import moment
from projector.adapters import packing, rows
from projector.adapters import parking_statements as park
from projector.adapters import read_statements as say
from projector.adapters.copying import copied, copy
from projector.adapters.read_database import Cursor, ReadDatabase
from projector.application.log import Aggregate, Checkpoint, Move, Parked, Stored
from projector.application.projections.fold import Writes
from projector.application.projections.read_model import ReadModel


class PostgresReadStore:
    """One projection's tables, in the schema of its name or in another. Not for use by several tasks at once."""

    def __init__(self, database_url: str, projection: str, schema: str | None = None) -> None:
        self._database = ReadDatabase(database_url, schema or projection)
        self._projection = projection
        self._channel = channel(projection)

    async def checkpoints(self) -> Stored | None:
        """See ReadStore."""
        async with self._database.cursor() as cursor:
            return await self._read_checkpoints(cursor)

    async def open(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore."""
        numbers = packing.smallints(range(partitions))
        values = say.OPEN.bind(projection=self._projection, partitions=numbers, epoch=epoch, event_id=NO_EVENT)
        async with self._database.cursor() as cursor:
            await cursor.execute(say.OPEN.text, values, binary=True)
            stored = await self._read_checkpoints(cursor)
        assert stored is not None
        return stored

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        """See ReadStore. Nothing is locked while documents are folded."""
        async with self._database.cursor() as cursor:
            documents: list[bytes] = []
            if orders:
                missed, documents = await self._load(cursor, epoch, moves, orders)
                if missed:
                    return missed
            writes = fold(documents)
            many = copied(writes)
            if not many:
                return await self._write(cursor, epoch, moves, writes)
            async with cursor.connection.transaction():
                missed = await self._write(cursor, epoch, moves, writes, many)
                if not missed:
                    await copy(cursor, many)
                return missed

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """See ReadStore."""
        values = say.NOTE_HEADS.bind(
            projection=self._projection,
            epoch=heads.epoch,
            sequences=packing.bigints(heads.sequences),
            at=moment(heads.at),
            applied_at=moment(applied_at) if applied_at is not None else None,
        )
        async with self._database.cursor() as cursor:
            await cursor.execute(say.NOTE_HEADS.text, values, binary=True)

    async def restart(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore.

        TRUNCATE, not DELETE: it takes the same moment for a million orders as for none, and leaves nothing to clean up.
        Readers cannot read meanwhile, nor while it waits for those who do, so it gives up soon, as Unavailable. The
        tables are locked before the checkpoints: a projector that writes has its locks in that order too.
        """
        # Not inside the transaction: even to have read a table would keep the others from locking it.
        stored = await self.checkpoints()
        if stored is not None and stored.epoch >= epoch:
            return stored
        async with self._database.transaction() as cursor:
            await cursor.execute(park.PATIENCE)
            await cursor.execute(park.ALONE)
            await cursor.execute(park.HOLD_ALL.text, park.HOLD_ALL.bind(projection=self._projection), binary=True)
            if max((found for (found,) in await cursor.fetchall()), default=0) < epoch:
                await self._begin(cursor, epoch, partitions)
            stored = await self._read_checkpoints(cursor)
        assert stored is not None
        return stored

    async def close(self) -> None:
        """Give the connection back."""
        await self._database.close()

    async def _begin(self, cursor: Cursor, epoch: int, partitions: int) -> None:
        """Leave nothing of other epochs."""
        numbers = packing.smallints(range(partitions))
        values = park.BEGIN.bind(projection=self._projection, partitions=numbers, epoch=epoch, event_id=NO_EVENT)
        await cursor.execute(park.EMPTY)
        await cursor.execute(park.BEGIN.text, values, binary=True)
        others = park.FORGET_OTHER_EPOCHS.bind(projection=self._projection, epoch=epoch)
        await cursor.execute(park.FORGET_OTHER_EPOCHS.text, others, binary=True)
        await cursor.execute(park.FORGET_HEADS.text, park.FORGET_HEADS.bind(projection=self._projection), binary=True)

    async def _load(
        self, cursor: Cursor, epoch: int, moves: Sequence[Move], orders: Sequence[str]
    ) -> tuple[frozenset[int], list[bytes]]:
        """The partitions that stand elsewhere by now, and the documents."""
        values = say.LOAD.bind(
            projection=self._projection,
            partitions=packing.smallints([move.partition for move in moves]),
            orders=packing.uuids([bytes.fromhex(order.replace("-", "")) for order in orders]),
        )
        await cursor.execute(say.LOAD.text, values, binary=True)
        found = await cursor.fetchall()
        stands = {(partition, sequence) for partition, at, sequence, _ in found if at == epoch}
        missed = frozenset(move.partition for move in moves if (move.partition, move.was) not in stands)
        return missed, [doc for *_, doc in found if doc is not None]

    async def _write(
        self, cursor: Cursor, epoch: int, moves: Sequence[Move], writes: Writes, many: Collection[ReadModel[Any]] = ()
    ) -> frozenset[int]:
        """The partitions that stand elsewhere by now: then nothing was written. Nor is what is `many`; but its table is
        locked in its place among the others.
        """
        statement, more = rows.statement_for(writes), Tally(row.partition for row in writes.parked_event)
        values = statement.bind(
            projection=self._projection,
            epoch=epoch,
            partitions=packing.smallints([move.partition for move in moves]),
            was=packing.bigints([move.was for move in moves]),
            was_parked=packing.bigints([move.parked for move in moves]),
            parked=packing.bigints([move.parked + more[move.partition] for move in moves]),
            sequences=packing.bigints([move.becomes.sequence for move in moves]),
            event_ids=packing.texts([move.becomes.event_id for move in moves]),
            channel=self._channel,
            payloads=packing.texts(encode_changes(writes.changes)),
            **rows.columns_of(writes, many),
        )
        await cursor.execute(statement.text, values, binary=True)
        stood = {partition for partition, _ in await cursor.fetchall()}
        return frozenset(move.partition for move in moves) - stood

    async def _read_checkpoints(self, cursor: Cursor) -> Stored | None:
        await cursor.execute(say.CHECKPOINTS.text, say.CHECKPOINTS.bind(projection=self._projection), binary=True)
        found = await cursor.fetchall()
        stands = [row for row in found if row[1] is not None]
        if not stands:
            return None
        aggregates: defaultdict[int, set[Aggregate]] = defaultdict(set)
        for partition, *_, type_, id_ in (row for row in found if row[1] is None):
            aggregates[partition].add(Aggregate(type_, id_))
        return Stored(
            max(epoch for _, epoch, *_ in stands),
            {partition: Checkpoint(sequence, event_id) for partition, _, sequence, event_id, *_ in stands},
            {row[0]: Parked(row[4], frozenset(aggregates[row[0]])) for row in stands if row[4]},
        )
