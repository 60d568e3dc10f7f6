"""Commits of concurrent commands, written together: one statement, one transaction, one flush to disk."""

from collections.abc import Sequence
from uuid import UUID

import psycopg

from command_api.adapters.postgres.coalescing import Coalescer
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.statements import WRITE_ORDERS
from command_api.adapters.postgres.writes import Write, order_parameters
from command_api.application.errors import Unavailable, VersionConflict


class Committer:
    """Takes writes that touch one order each and no product."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._submit = Coalescer(self._write_together, lanes=1, most=64)

    async def __call__(self, write: Write) -> None:
        """Returns when the write is durable. Raises VersionConflict, Unavailable, or Postgres' word on this write."""
        await self._submit(write)

    async def _write_together(self, batch: Sequence[Write]) -> Sequence[Exception | None]:
        firsts: dict[UUID | str, Write] = {}
        for write in batch:
            firsts.setdefault(write.key, write)
        try:
            rows = await self._database.fetch(WRITE_ORDERS, order_parameters(list(firsts.values())))
        except psycopg.Error:
            return [await self._write_alone(write) for write in batch]
        written = {row[0] for row in rows}
        # Of two writes of one aggregate only the first went along: the other one's version is a thing of the past.
        return [None if firsts[write.key] is write and write.key in written else VersionConflict() for write in batch]

    async def _write_alone(self, write: Write) -> Exception | None:
        """One bad row refuses the whole statement; its neighbours shall not suffer for it."""
        try:
            rows = await self._database.fetch(WRITE_ORDERS, order_parameters([write]))
        except (psycopg.Error, Unavailable) as error:
            return error
        return None if rows else VersionConflict()
