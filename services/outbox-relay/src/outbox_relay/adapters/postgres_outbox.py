"""The log in the write database, over one connection of its own."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncServerCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.string import ByteaBinaryLoader

from outbox_relay.adapters import outbox_statements as statements
from outbox_relay.application.ports import Log, OutboxUnavailable, OutboxUnfit, Row, Tick

CHUNK: Final = 1_000
"""Events read and published at a time."""

_SESSION: Final = """
SELECT set_config('synchronous_commit', 'on', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('jit', 'off', false),
       set_config('max_parallel_workers_per_gather', '0', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('enable_seqscan', 'off', false),
       set_config('work_mem', '32MB', false)
"""
"""A tick must be durable before it is published. Plans are made once and kept while the log grows from nothing to
millions of rows: no sequential scan may be among them, nor workers or a compilation for a cost that is not real. The
memory is for sorting a big tick."""

_NETWORK: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "outbox-relay",
}


class PostgresOutbox:
    """Numbers and reads the log at `url`, a libpq URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AsyncConnection | None = None

    async def open(self) -> Log:
        """Connect if need be, and see whose database this is. Raises OutboxUnavailable and OutboxUnfit."""
        try:
            if not self._usable():
                await self.close()
                await self._connect()
            return _log(await self._one(statements.IDENTITY, {}))
        except (psycopg.Error, OSError) as error:
            await self.close()
            raise _unavailable(error) from error

    async def look(self) -> Log:
        """See whose database this is now, over the connection in hand. Raises OutboxUnavailable and OutboxUnfit."""
        return _log(await self._answer(statements.IDENTITY, {}))

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()

    async def tick(self) -> Tick:
        """Number what is new, in a transaction of its own that is durable when this returns; the newest tick."""
        found = await self._all(statements.TICK, {})
        if not found:
            raise OutboxUnfit("write database: outbox_tick is empty")
        number, heads, behind, *_ = found[0]
        if behind:
            raise OutboxUnfit(
                f"write database: transaction ids lie below those of tick {number}: restored from a dump?"
            )
        return Tick(number, heads, [row[3:] for row in found if row[3] is not None])

    async def ticks(self, numbers: Collection[int]) -> dict[int, Sequence[int]]:
        """The heads of these ticks."""
        return dict(await self._all(statements.TICKS, {"numbers": list(numbers)}))

    async def event_id(self, tick: int, partition: int, rank: int) -> str:
        """The id of an event by its rank in a tick. Raises OutboxUnfit when the tick counts more than there are."""
        wanted = {"after": tick - 1, "up_to": tick, "partition": partition, "rank": rank}
        found = await self._all(statements.EVENT_ID, wanted)
        if not found:
            raise OutboxUnfit(f"write database: partition {partition} has no event {rank} in tick {tick}")
        return str(found[0][0])

    async def waiting_seconds(self, tick: int) -> float | None:
        """The age of the oldest event that is in no tick up to this one, by the database's clock."""
        found = await self._answer(statements.WAITING, {"tick": tick})
        return None if found[0] is None else max(0.0, float(found[0]))

    async def read(self, starts: Sequence[int], up_to: int, expected: int) -> AsyncGenerator[Sequence[Row]]:
        """The events after `starts` up to tick `up_to`: in one answer if there are few, else by a cursor in chunks."""
        wanted = {"after": min(starts), "up_to": up_to, "starts": list(starts)}
        if expected <= CHUNK:
            yield await self._all(statements.READ, wanted)
            return
        connection = self._held()
        try:
            async with connection.transaction(), connection.cursor("log") as cursor:
                await cursor.execute(statements.READ, wanted, binary=True)
                async for chunk in _chunks(cursor):
                    yield chunk
        except (psycopg.Error, OSError) as error:
            raise _unavailable(error) from error

    async def _connect(self) -> None:
        address = make_conninfo("", **{**_NETWORK, **conninfo_to_dict(self._url)})
        connection = await AsyncConnection.connect(address, autocommit=True, prepare_threshold=0)
        # JSON comes and goes as the bytes it is stored as.
        connection.adapters.register_loader("json", ByteaBinaryLoader)
        self._connection = connection
        await connection.execute(_SESSION, prepare=False)

    def _usable(self) -> bool:
        return self._connection is not None and self._connection.info.transaction_status == TransactionStatus.IDLE

    def _held(self) -> AsyncConnection:
        if self._connection is None:
            raise OutboxUnavailable("write database: not connected")
        return self._connection

    async def _one(self, statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        async with self._held().cursor(binary=True) as cursor:
            await cursor.execute(statement, parameters, prepare=True)
            found = await cursor.fetchone()
        if found is None:
            raise OutboxUnfit("write database: outbox_tick is empty")
        return found

    async def _answer(self, statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            return await self._one(statement, parameters)
        except (psycopg.Error, OSError) as error:
            raise _unavailable(error) from error

    async def _all(self, statement: str, parameters: Mapping[str, Any]) -> list[Any]:
        try:
            async with self._held().cursor(binary=True) as cursor:
                await cursor.execute(statement, parameters, prepare=True)
                return await cursor.fetchall()
        except (psycopg.Error, OSError) as error:
            raise _unavailable(error) from error


def _log(found: tuple[Any, ...]) -> Log:
    in_recovery, cluster, origin, epoch, partitions = found
    if in_recovery:
        raise OutboxUnfit("write database: this is a standby; only a primary can number the log")
    if origin is None:
        raise OutboxUnfit("write database: outbox_log is empty")
    if cluster != origin:
        raise OutboxUnfit(f"write database: the log was numbered by cluster {origin}, this is cluster {cluster}")
    return Log(epoch, partitions)


async def _chunks(cursor: AsyncServerCursor[Any]) -> AsyncGenerator[list[Any]]:
    """The cursor's rows; the next chunk is on its way while one is worked on."""
    following = asyncio.create_task(cursor.fetchmany(CHUNK))
    try:
        while chunk := await following:
            following = asyncio.create_task(cursor.fetchmany(CHUNK))
            yield chunk
    finally:
        # The connection is busy until the last fetch has its answer.
        await asyncio.wait([following])


def _unavailable(error: Exception) -> OutboxUnavailable:
    return OutboxUnavailable(f"write database: {str(error).strip() or type(error).__name__}".splitlines()[0])
