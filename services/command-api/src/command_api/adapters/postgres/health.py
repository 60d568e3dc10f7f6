"""Is the write database there, migrated, and the one that this process was set up for?"""

import psycopg

from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.statements import PARTITIONS, REVISION
from command_api.application.errors import Unavailable


class WrongPartitions(Unavailable):
    """The log was made with another number of partitions; events would land where nobody looks for them."""


class Health:
    """Asks the database what must hold before the first command."""

    def __init__(self, database: Database, *, revision: str, partitions: int) -> None:
        """`revision` is the newest migration that this version knows; a newer one is as good."""
        self._database = database
        self._revision = revision
        self._partitions = partitions
        self._verified = False

    async def reasons(self) -> list[str]:
        """Why commands cannot be taken now; empty when they can."""
        try:
            await self._look()
        except Unavailable as error:
            self._verified = False
            return [str(error)]
        return []

    async def verify(self) -> None:
        """Look, until it has once been right. Raises Unavailable, WrongPartitions."""
        if not self._verified:
            await self._look()

    async def _look(self) -> None:
        try:
            found = await self._database.fetch(REVISION)
            log = await self._database.fetch(PARTITIONS)
        except psycopg.errors.UndefinedTable:
            raise Unavailable("the write database is not migrated") from None
        if not found or found[0][0] < self._revision:
            raise Unavailable(f"the write database is not migrated to {self._revision}")
        if log[0][0] != self._partitions:
            raise WrongPartitions(f"the log has {log[0][0]} partitions, the setting says {self._partitions}")
        self._verified = True
