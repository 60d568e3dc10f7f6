"""Begins units of work on Postgres, with what they share."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from command_api.adapters.postgres.accepted import PostgresAcceptedCommands
from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.inventory_moves import InventoryMoves
from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.lookup import Lookup
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.unit_of_work import PostgresUnitOfWork, Services
from command_api.application.context import Context
from command_api.application.ports import Clock, Ids
from orders_domain.errors import DomainError


class PostgresUnitsOfWork:
    """Begins units of work. One for the process."""

    def __init__(
        self,
        database: Database,
        health: Health,
        clock: Clock,
        ids: Ids,
        partitions: int,
        *,
        stock_elsewhere: bool = False,
        lease_seconds: float = 30.0,
    ) -> None:
        """`partitions` is how many the log has; `health` makes sure of that before the first command.

        Whoever has claimed an accepted command is thought dead after `lease_seconds`.
        """
        self.health = health
        self.answers = Answers(database)
        self.accepted = PostgresAcceptedCommands(database, health, lease_seconds)
        self._services = Services(
            database,
            clock,
            LogRows(ids, partitions),
            Lookup(database, stock_elsewhere=stock_elsewhere),
            Committer(database),
            self.answers,
            self.accepted,
        )

    def begin(self, context: Context) -> AbstractAsyncContextManager[PostgresUnitOfWork]:
        """A unit of work; leaving it without a commit rolls back what it locked."""
        return self._begin(context)

    @asynccontextmanager
    async def _begin(self, context: Context) -> AsyncIterator[PostgresUnitOfWork]:
        await self.health.verify()
        async with InventoryMoves() as moves, AsyncExitStack() as stack:
            unit = PostgresUnitOfWork(self._services, context, stack, moves)
            try:
                yield unit
            except (DomainError, ValueError):
                await unit.require_still_true()
                raise
