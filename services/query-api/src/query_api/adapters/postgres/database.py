"""The read database behind a pool: a question is answered or refused in bounded time, whatever happens there."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from psycopg import AsyncCursor, Error, InterfaceError, OperationalError, conninfo, errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from query_api.adapters.postgres.raw import keep_raw
from query_api.application.errors import Unavailable

Row = tuple[Any, ...]
Parameters = Mapping[str, object]

STATEMENT_SECONDS: Final = 2.0
"""How long a statement may take, waiting for a connection included."""
LOOKUP_SECONDS: Final = 1.0
"""The same for a look-up by key, which may have to wait until the one before it has ended."""
_NOT_MIGRATED: Final = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)
_LINK: Final = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
_log = structlog.get_logger()


def conninfo_of(database_url: str, schema: str) -> str:
    """`database_url` with `schema` as its search_path, and with dead peers noticed in seconds.

    No statement here is worth being compiled. Postgres would take some pages asked for at once for that long.
    """
    given = conninfo.conninfo_to_dict(database_url).get("options")
    options = f"{given or ''} -csearch_path={schema} -cjit=off".strip()
    return conninfo.make_conninfo(database_url, options=options, application_name="query-api", **_LINK)


class _ConnectionLost(OperationalError):
    """The statement may be run again on another connection: it only reads."""


class ReadDatabase:
    """Runs statements, each in a transaction of its own."""

    def __init__(self, database_url: str, schema: str, size: int) -> None:
        """`size` connections at most; the tables are looked for in `schema`."""
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            conninfo_of(database_url, schema),
            min_size=min(2, size),
            max_size=size,
            open=False,
            timeout=STATEMENT_SECONDS,  # at most; `rows` is often less patient
            # Give up soon: whoever asks next tries again at once, while the pool's own delays would grow.
            reconnect_timeout=0.5,
            configure=keep_raw,
            kwargs={"autocommit": True},
        )
        self._size = size
        self._abandoned: set[asyncio.Task[list[Row]]] = set()

    async def open(self) -> None:
        """Begin to connect; does not wait for the database."""
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close(timeout=2)

    async def rows(
        self,
        statement: str,
        parameters: Parameters | None = None,
        seconds: float = STATEMENT_SECONDS,
        *,
        replan: bool = False,
    ) -> list[Row]:
        """The rows of `statement`, within `seconds`. `replan`: parameters decide on its plan. Raises Unavailable."""
        task = asyncio.create_task(self._persist(statement, parameters, replan))
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            self._abandon(task)
            raise Unavailable("The read database does not answer.")
        try:
            return task.result()
        except PoolTimeout as error:
            raise Unavailable("The read database cannot be reached.") from error
        except _NOT_MIGRATED as error:
            raise Unavailable("The read database is not migrated yet.") from error
        except (OperationalError, InterfaceError) as error:
            raise Unavailable("The read database failed.") from error

    async def _persist(self, statement: str, parameters: Parameters | None, replan: bool) -> list[Row]:
        """After a restart every connection in the pool is dead: each one that proves so is thrown out for another."""
        for _ in range(self._size):
            try:
                return await self._once(statement, parameters, replan)
            except _ConnectionLost as error:
                _log.warning("connection lost, trying another", reason=str(error).strip())
        return await self._once(statement, parameters, replan)

    async def _once(self, statement: str, parameters: Parameters | None, replan: bool) -> list[Row]:
        connection = await self._pool.getconn()
        try:
            prepare = False if replan else None
            cursor: AsyncCursor[Row] = await connection.execute(statement, parameters, prepare=prepare, binary=True)
            return await cursor.fetchall()
        except (OperationalError, InterfaceError) as error:
            if connection.closed:
                raise _ConnectionLost(str(error)) from error
            raise
        finally:
            # A cancellation in the middle of this would lose the connection, and the pool its place for another.
            await asyncio.shield(self._pool.putconn(connection))

    def _abandon(self, task: asyncio.Task[list[Row]]) -> None:
        """Let go of a statement that takes too long, without waiting for it.

        psycopg asks the server to cancel; a second interruption makes it drop the connection instead.
        """
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()
        asyncio.get_running_loop().call_later(LOOKUP_SECONDS, task.cancel)

    def _forget(self, task: asyncio.Task[list[Row]]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Error):
            _log.error("abandoned statement failed", reason=repr(error))
