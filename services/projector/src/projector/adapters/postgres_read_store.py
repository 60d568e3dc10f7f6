"""The read models in Postgres: one connection, two statements per batch, the second of which is the transaction."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from orders_contracts.changes import channel, encode_changes
from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from orders_contracts.timestamps import moment
from projector.adapters import packing, rows
from projector.adapters import read_statements as say
from projector.application.log import Checkpoint, Move, Stored
from projector.application.ports import Refused, Unavailable
from projector.application.projections.fold import Writes

_PATIENCE: Final = 10.0
"""Seconds for any one call. Longer means that the way to the database is dead; the connection is given up."""

_CONNECTING: Final[Mapping[str, Any]] = {
    "connect_timeout": "2",
    "tcp_user_timeout": "5000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}

_SESSION: Final = "-csynchronous_commit=off -cenable_seqscan=off -cplan_cache_mode=force_generic_plan -cjit=off"
"""Why the first: see PostgresReadStore. The second: statements keep their plans, and one that was made while a table
was small would go on reading all of it while it grows, until the next ANALYZE.
"""

_Connection = AsyncConnection[TupleRow]
_Cursor = AsyncRawCursor[TupleRow]


class PostgresReadStore:
    """One projection's tables, found by search_path: the schema has the projection's name.

    Commits do not wait for the disk (synchronous_commit = off): that halves the time to visible, and a crash of the
    database can only take back whole transactions, checkpoint and rows together. They are then read and applied again.

    Not for use by several tasks at once. A connection is opened when it is needed and dropped after any failure; a
    pool would wait longer and longer before it tries again.
    """

    def __init__(self, database_url: str, projection: str) -> None:
        given = conninfo_to_dict(database_url).get("options") or ""
        options = f"{given} -csearch_path={projection} {_SESSION}".strip()
        self._conninfo = make_conninfo(database_url, **_CONNECTING, options=options)
        self._projection = projection
        self._channel = channel(projection)
        self._connection: _Connection | None = None

    async def checkpoints(self) -> Stored | None:
        """See ReadStore."""
        async with self._cursor() as cursor:
            return await self._read_checkpoints(cursor)

    async def open(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore."""
        numbers = packing.smallints(range(partitions))
        values = say.OPEN.bind(projection=self._projection, partitions=numbers, epoch=epoch, event_id=NO_EVENT)
        async with self._cursor() as cursor:
            await cursor.execute(say.OPEN.text, values, binary=True)
            stored = await self._read_checkpoints(cursor)
        assert stored is not None
        return stored

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        """See ReadStore. The last statement is the transaction; nothing is locked while documents are folded."""
        async with self._cursor() as cursor:
            documents: list[bytes] = []
            if orders:
                missed, documents = await self._load(cursor, epoch, moves, orders)
                if missed:
                    return missed
            return await self._write(cursor, epoch, moves, fold(documents))

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """See ReadStore."""
        values = say.NOTE_HEADS.bind(
            projection=self._projection,
            epoch=heads.epoch,
            sequences=packing.bigints(heads.sequences),
            at=moment(heads.at),
            applied_at=moment(applied_at) if applied_at is not None else None,
        )
        async with self._cursor() as cursor:
            await cursor.execute(say.NOTE_HEADS.text, values, binary=True)

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _load(
        self, cursor: _Cursor, epoch: int, moves: Sequence[Move], orders: Sequence[str]
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
        return missed, [doc for _, _, _, doc in found if doc is not None]

    async def _write(self, cursor: _Cursor, epoch: int, moves: Sequence[Move], writes: Writes) -> frozenset[int]:
        """The partitions that stand elsewhere by now: then nothing was written."""
        statement = rows.statement_for(writes)
        values = statement.bind(
            projection=self._projection,
            epoch=epoch,
            partitions=packing.smallints([move.partition for move in moves]),
            was=packing.bigints([move.was for move in moves]),
            sequences=packing.bigints([move.becomes.sequence for move in moves]),
            event_ids=packing.texts([move.becomes.event_id for move in moves]),
            channel=self._channel,
            payloads=packing.texts(encode_changes(writes.changes)),
            **rows.columns_of(writes),
        )
        await cursor.execute(statement.text, values, binary=True)
        stood = {partition for partition, _ in await cursor.fetchall()}
        return frozenset(move.partition for move in moves) - stood

    async def _read_checkpoints(self, cursor: _Cursor) -> Stored | None:
        await cursor.execute(say.CHECKPOINTS.text, say.CHECKPOINTS.bind(projection=self._projection), binary=True)
        found = await cursor.fetchall()
        if not found:
            return None
        return Stored(
            max(epoch for _, epoch, _, _ in found),
            {partition: Checkpoint(sequence, event_id) for partition, _, sequence, event_id in found},
        )

    @contextlib.asynccontextmanager
    async def _cursor(self) -> AsyncGenerator[_Cursor]:
        """A cursor, each of whose statements is a transaction; failures in the words of the port."""
        try:
            async with asyncio.timeout(_PATIENCE), self._open_connection() as connection:
                yield AsyncRawCursor(connection)
        except (psycopg.DataError, psycopg.IntegrityError, struct.error) as error:
            raise Refused(str(error).strip()) from error
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise Unavailable(f"read database: {str(error).strip() or 'no answer'}") from error

    @contextlib.asynccontextmanager
    async def _open_connection(self) -> AsyncGenerator[_Connection]:
        """The connection, made if there is none. It survives errors of the data and of the fold, and no others."""
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._conninfo, autocommit=True)
            packing.register(self._connection)
        try:
            yield self._connection
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError, asyncio.CancelledError):
            await self.close()
            raise
