"""The read models that are answered from, as a verification sees and mends them."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection, AsyncRawCursor, IsolationLevel

from projector.adapters.mending import mend
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.row_texts import row_texts
from projector.application.log import Stored
from projector.application.ports import Unavailable
from projector.application.projections.read_model import ReadModel
from projector.application.verifying_ports import Difference, Texts

_PATIENCE: Final = "SET LOCAL lock_timeout = 5000"
"""Milliseconds. A projector holds a row for as long as a batch takes."""


class PostgresSnapshot:
    """See Snapshot."""

    def __init__(self, connection: AsyncConnection[Any], schema: str, stands: Stored) -> None:
        self._connection = connection
        self._schema = schema
        self.stands = stands

    def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:
        """See Snapshot."""
        return row_texts(self._connection, self._schema, model)


class PostgresLiveModels(PostgresReadStore):
    """See LiveModels."""

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[PostgresSnapshot]:
        """See LiveModels."""
        async with self._database.session(IsolationLevel.REPEATABLE_READ) as connection:
            stands = await self._read_checkpoints(AsyncRawCursor(connection))
            if stands is None:
                raise Unavailable(f"read database: {self._projection} has no checkpoints")
            yield PostgresSnapshot(connection, self._projection, stands)

    async def mend(self, differences: Sequence[Difference]) -> int:
        """See LiveModels. One transaction: all of it is mended, but for what has changed meanwhile."""
        async with self._database.session(IsolationLevel.READ_COMMITTED) as connection:
            await connection.execute(_PATIENCE)
            return sum([await mend(connection, self._projection, one) for one in differences])
