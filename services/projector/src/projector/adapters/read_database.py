"""The way to one projection's tables: a connection that is made when it is needed and dropped after any failure."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from projector.adapters import packing
from projector.application.ports import Refused, Unavailable

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
"""Why the first: commits do not wait for the disk. That halves the time to visible, and a crash of the database can
only take back whole transactions, checkpoint and rows together. They are then read and applied again. Why the second:
statements keep their plans, and one that was made while a table was small would go on reading all of it while it
grows, until the next ANALYZE.
"""

Connection = AsyncConnection[TupleRow]
Cursor = AsyncRawCursor[TupleRow]


class ReadDatabase:
    """The tables are found by search_path: the schema has the projection's name. `more` are options of the session.

    Not for use by several tasks at once. A pool would wait longer and longer before it tries again.
    """

    def __init__(self, database_url: str, projection: str, more: str = "") -> None:
        given = conninfo_to_dict(database_url).get("options") or ""
        options = f"{given} -csearch_path={projection} {_SESSION} {more}".strip()
        self._conninfo = make_conninfo(database_url, **_CONNECTING, options=options)
        self._connection: Connection | None = None

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @contextlib.asynccontextmanager
    async def cursor(self) -> AsyncGenerator[Cursor]:
        """A cursor, each of whose statements is a transaction; failures in the words of the port."""
        async with self._translated(), asyncio.timeout(_PATIENCE), self._open_connection() as connection:
            yield AsyncRawCursor(connection)

    @contextlib.asynccontextmanager
    async def session(self, isolation: psycopg.IsolationLevel) -> AsyncGenerator[Connection]:
        """The connection, in a transaction, for as long as it takes; failures in the words of the port."""
        async with self._translated(), self._open_connection() as connection:
            await connection.set_isolation_level(isolation)
            try:
                async with connection.transaction():
                    yield connection
            finally:
                if not connection.closed:
                    await connection.set_isolation_level(None)

    @contextlib.asynccontextmanager
    async def _translated(self) -> AsyncGenerator[None]:
        try:
            yield
        except (psycopg.DataError, psycopg.IntegrityError, struct.error) as error:
            raise Refused(str(error).strip()) from error
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise Unavailable(f"read database: {str(error).strip() or 'no answer'}") from error

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Cursor]:
        """A cursor whose statements are one transaction; failures in the words of the ports."""
        async with self.cursor() as cursor, cursor.connection.transaction():
            yield cursor

    @contextlib.asynccontextmanager
    async def _open_connection(self) -> AsyncGenerator[Connection]:
        """The connection, made if there is none. It survives errors of the data and of the fold, and no others."""
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._conninfo, autocommit=True)
            packing.register(self._connection)
        try:
            yield self._connection
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError, asyncio.CancelledError):
            await self.close()
            raise
