"""Connections to the write database, and what their failures mean to the caller."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from command_api.adapters.postgres.raw_json import register_raw_json
from command_api.application.errors import Unavailable

Connection = psycopg.AsyncConnection[TupleRow]

_NOT_THERE: Final = (
    PoolTimeout,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,  # after a failover this may be the server that only follows now
)

_SESSION: Final = "-cplan_cache_mode=force_generic_plan -cenable_seqscan=off -cjit=off -cstatement_timeout=4s"
"""Every statement here finds its rows by their keys. Plans are made once, on tables that may be empty still, and kept
while those grow to millions of rows: a sequential scan must not be among them, nor a compilation for a cost that is
not real."""


_PATIENCE: Final = 5.0
"""Seconds that one caller may hold a connection. Longer means that the database is frozen or out of reach."""


class Database:
    """A pool of connections in autocommit, so that one statement is one transaction."""

    def __init__(self, url: str, *, size: int, wait_seconds: float) -> None:
        """Opens nothing yet. A caller waits at most `wait_seconds` for a connection."""
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            make_conninfo(url, options=f"{conninfo_to_dict(url).get('options') or ''} {_SESSION}".strip()),
            min_size=min(2, size),
            max_size=size,
            open=False,
            timeout=wait_seconds,
            reconnect_timeout=1.0,
            kwargs={"autocommit": True, "application_name": "command-api", "connect_timeout": 5},
            configure=_configure,
        )
        self._checking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start to connect, in the background: the process lives while its database does not."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own for a while. Raises Unavailable, also for what breaks inside the block.

        Postgres' word on a statement (a constraint, a wrong value) comes through as it is.
        """
        try:
            async with self._pool.connection() as connection:
                watch = asyncio.get_running_loop().call_later(_PATIENCE, _hang_up, connection)
                try:
                    yield connection
                finally:
                    watch.cancel()
        except _NOT_THERE as error:
            self._check_the_others()
            raise Unavailable(str(error).strip()) from error

    async def fetch(self, statement: str, parameters: dict[str, Any] | None = None) -> list[TupleRow]:
        """Run one statement, prepared and in binary, and answer all its rows. Raises Unavailable."""
        async with self.connection() as connection:
            return await fetch(connection, statement, parameters)

    def _check_the_others(self) -> None:
        """Where one connection broke, the idle ones may have too: find out before requests do."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._pool.check())


async def fetch(connection: Connection, statement: str, parameters: dict[str, Any] | None = None) -> list[TupleRow]:
    """Run one statement, prepared and in binary, and answer all its rows."""
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(statement, parameters, prepare=True)
        return await cursor.fetchall()


def _hang_up(connection: Connection) -> None:
    """End what waits for an answer on this connection: it sees the connection broken, and the pool throws it away.

    A cancellation would first ask the server to cancel, and wait for that server.
    """
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as line, suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


async def _configure(connection: Connection) -> None:
    register_raw_json(connection)
