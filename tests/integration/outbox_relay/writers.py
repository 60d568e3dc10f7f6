"""Writers of the real outbox: a transaction that a test holds open, and one that is over at once."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from psycopg import AsyncConnection

INSERT: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
VALUES (%s, %s, 'order', %s, %s, %s, %b::json, now() - interval '1 second')
"""


async def add(
    connection: AsyncConnection[Any],
    partition: int,
    event_id: str,
    aggregate: tuple[str, int] | None = None,
    type_: str = "orders.Tried.v1",
    data: bytes = b"{}",
) -> None:
    """Write an event in the connection's transaction; `aggregate` is its id and version."""
    name, version = aggregate or (str(uuid4()), 1)
    await connection.execute(INSERT, (partition, event_id, name, version, type_, data.decode()))


class PostgresTransaction:
    """A transaction on a connection of its own."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def add(self, partition: int, event_id: str, type_: str = "orders.Tried.v1", data: bytes = b"{}") -> None:
        await add(self._connection, partition, event_id, None, type_, data)

    async def commit(self) -> None:
        await self._connection.commit()
        await self._connection.close()

    async def rollback(self) -> None:
        await self._connection.rollback()
        await self._connection.close()


class PostgresDatabase:
    """The write database at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: list[AsyncConnection[Any]] = []

    async def begin(self) -> PostgresTransaction:
        """A transaction that has begun, in the order of the calls."""
        connection = await AsyncConnection.connect(self._url)
        self._opened.append(connection)
        await connection.execute("SELECT pg_current_xact_id()")
        return PostgresTransaction(connection)

    async def write(self, *events: tuple[int, str]) -> None:
        """One committed transaction with these events: partition and event id."""
        async with await AsyncConnection.connect(self._url) as connection:
            await insert_many(connection, events)

    async def close(self) -> None:
        for connection in self._opened:
            await connection.close()


async def insert_many(connection: AsyncConnection[Any], events: Sequence[tuple[int, str]]) -> None:
    """Many events in one statement, in this order."""
    await connection.execute(
        """
        INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
        SELECT partition, event_id, 'order', gen_random_uuid()::text, 1, 'orders.Tried.v1', '{}',
          now() - interval '1 second'
        FROM unnest(%b::smallint[], %b::uuid[]) WITH ORDINALITY AS new(partition, event_id, place) ORDER BY place
        """,
        ([partition for partition, _ in events], [event_id for _, event_id in events]),
    )
