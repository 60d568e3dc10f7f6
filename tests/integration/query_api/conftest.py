"""The service on a real read database, in this process."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import psycopg
import pytest

from query_api.adapters.postgres import live
from query_api.adapters.postgres.database import ReadDatabase
from query_api.composition import Parts, build
from query_api.settings import Settings
from stack.engines import RunningEngine
from tests.contract.databases.logins import as_member
from tests.integration.query_api.running import PAGE_TOKEN_SECRET, running
from tests.suites.query_rows import connection

TABLES: Final = (
    "order_view",
    "order_summary",
    "order_history",
    "product_view",
    "command_status",
    "projection_checkpoint",
    "projection_heads",
    "parked_event",
    "customer_summary",
    "sales_daily",
)
HELD: Final = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in TABLES)


@pytest.fixture(scope="session")
def shared_database_url(postgres_server: RunningEngine, read_template: str) -> str:
    """One migrated read database for all tests of this folder."""
    with psycopg.connect(postgres_server.url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE query_api_tests TEMPLATE {read_template}")
    return postgres_server.url.rsplit("/", 1)[0] + "/query_api_tests"


@pytest.fixture
def read_database_url(shared_database_url: str) -> str:
    """The same, emptied: quicker than a new one for each test. To empty an empty table would make new files for it."""
    with connection(shared_database_url) as cleaner:
        if held := [table for (table,) in cleaner.execute(HELD.encode())]:
            cleaner.execute(f"TRUNCATE {', '.join(held)}".encode())
    return shared_database_url


@pytest.fixture
async def database(read_database_url: str) -> AsyncIterator[ReadDatabase]:
    """The adapter that all others ask."""
    database = ReadDatabase(as_member(read_database_url, "orders_query"), live.SCHEMA, 3)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def parts(read_database_url: str) -> AsyncIterator[Parts]:
    """All parts, started."""
    settings = Settings(database_url=as_member(read_database_url, "orders_query"), page_token_secret=PAGE_TOKEN_SECRET)
    async with running(build(settings)) as parts:
        yield parts


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the application without a socket between."""
    transport = httpx.ASGITransport(app=parts.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client
