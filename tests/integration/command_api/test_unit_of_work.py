"""The unit of work on Postgres keeps the promises of the port."""

from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio

from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.migrations.revisions import newest
from orders_contracts.codec import decode_event
from tests.conftest import PARTITIONS
from tests.contract.databases.logins import as_member
from tests.fakes.command_unit_of_work import LoggedEvent
from tests.suites.command_accepting import AcceptingPromises
from tests.suites.command_answers import AnswerPromises
from tests.suites.command_locking import LockingPromises
from tests.suites.command_unit_of_work import UnitOfWorkPromises

pytestmark = pytest.mark.asyncio(loop_scope="module")

# By position: transaction ids are given before locks are waited for, and say nothing of the order of versions.
LOG = (
    "SELECT aggregate_id, version, data::text AS data, xid::text AS xid FROM outbox"
    " WHERE aggregate_id = ANY(%(ids)s) ORDER BY position"
)


class PostgresStage:
    """Units of work, and the outbox that they leave."""

    def __init__(self, database: Database, owner_url: str) -> None:
        self._owner_url = owner_url
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        self._units = PostgresUnitsOfWork(database, health, SystemClock(), UuidV7Ids(), PARTITIONS)
        self.begin = self._units.begin
        self.accepted = self._units.accepted

    async def lapse(self, command_id: UUID) -> None:
        async with await psycopg.AsyncConnection.connect(self._owner_url, autocommit=True) as owner:
            await owner.execute("UPDATE accepted_commands SET due_at = now() WHERE command_id = %s", [command_id])

    async def log(self, *aggregate_ids: object) -> list[LoggedEvent]:
        async with await psycopg.AsyncConnection.connect(self._owner_url) as owner:
            found = await owner.execute(LOG, {"ids": [str(aggregate_id) for aggregate_id in aggregate_ids]})
            rows = await found.fetchall()
        return [
            LoggedEvent(aggregate_id, version, decode_event(data.encode()).data, int(xid))
            for aggregate_id, version, data, xid in rows
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(database_url: str) -> AsyncIterator[PostgresStage]:
    database = Database(as_member(database_url, "orders_command"), size=10, wait_seconds=5)
    await database.open()
    yield PostgresStage(database, database_url)
    await database.close()


class TestWritingOnPostgres(UnitOfWorkPromises):
    pass


class TestLockingOnPostgres(LockingPromises):
    pass


class TestAnswersOnPostgres(AnswerPromises):
    pass


class TestAcceptingOnPostgres(AcceptingPromises):
    pass
