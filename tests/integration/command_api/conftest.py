"""The write side whole, on a Postgres: one database and one event loop for the tests of a file."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
import structlog

from command_api import composition
from command_api.settings import Settings
from stack.engines import RunningEngine
from tests.contract.databases.logins import as_member
from tests.integration.command_api.shop import Shop, open_shop


@pytest.fixture(scope="module", autouse=True)
def _plain_logs() -> Iterator[None]:
    """Unset, structlog draws a failure with all its variables, which takes minutes."""
    level = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=level,
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def database_url(postgres_server: RunningEngine, write_template: str) -> Iterator[str]:
    """A migrated write database that the tests of one file share."""
    name = f"command_{uuid4().hex}"
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {write_template}")
        yield postgres_server.url.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(database_url: str) -> AsyncIterator[Shop]:
    """The real application, with its real database, and a client."""
    settings = Settings(database_url=as_member(database_url, "orders_command"), actor_header="X-Actor")
    async with open_shop(composition.application(settings), database_url) as shop:
        yield shop


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replicas(shop: Shop, database_url: str) -> AsyncIterator[list[Shop]]:
    """Three processes' worth of the service on one database, each with its own pool and its own batches."""
    settings = Settings(database_url=as_member(database_url, "orders_command"), actor_header="X-Actor")
    async with AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(open_shop(composition.application(settings), database_url))
            for _ in range(2)
        ]
        yield [shop, *others]
