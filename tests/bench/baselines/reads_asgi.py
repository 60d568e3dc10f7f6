"""GET of one order with nothing around it: bare ASGI, one query a request, the stored bytes answered as they are."""

from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.bench.baselines.place import database_url, pool_size

PREFIX: Final = "/api/v1/orders/"
QUERY: Final = "SELECT version, doc FROM g1.order_view WHERE order_id = %s"


class RawJsonLoader(Loader):
    """The bytes of a json column."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class Orders:
    """The whole application."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[TupleRow]]) -> None:
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path: str = scope["path"]
        if path == "/readyz":
            await answer(send, 200, b'{"status": "ready"}')
            return
        row = await self._find(path)
        if row is None:
            await answer(send, 404, b'{"code": "order_not_found"}')
        else:
            await answer(send, 200, row[1], (b"etag", b'"%d"' % row[0]))

    async def _find(self, path: str) -> TupleRow | None:
        try:
            order_id = UUID(path.removeprefix(PREFIX))
        except ValueError:
            return None
        async with self._pool.connection() as connection:
            cursor = await connection.execute(QUERY, (order_id,), binary=True)
            return await cursor.fetchone()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._pool.open(wait=True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    own = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})


async def configure(connection: AsyncConnection[Any]) -> None:
    connection.adapters.register_loader("json", RawJsonLoader)


def create_app() -> ASGIApp:
    """The application; its pool opens and closes with it."""
    size = pool_size()
    pool: AsyncConnectionPool[AsyncConnection[TupleRow]] = AsyncConnectionPool(
        database_url(), min_size=size, max_size=size, open=False, configure=configure, kwargs={"autocommit": True}
    )
    return Orders(pool)
