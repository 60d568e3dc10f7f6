"""Units of work and the bus of command-api on a database, as the process has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.migrations.revisions import newest
from tests.conftest import PARTITIONS


@asynccontextmanager
async def units_of_work(database_url: str) -> AsyncIterator[PostgresUnitsOfWork]:
    """With the settings that stand where nothing is said, and the real clock."""
    database = Database(database_url, size=10, wait_seconds=2.0)
    await database.open()
    try:
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        yield PostgresUnitsOfWork(database, health, SystemClock(), UuidV7Ids(), PARTITIONS)
    finally:
        await database.close()
