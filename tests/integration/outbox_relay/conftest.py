"""Writers for the real write database, and relays' adapters on real engines."""

from collections.abc import AsyncIterator

import pytest
from psycopg import AsyncConnection
from redis.asyncio import Redis

from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from tests.contract.databases.logins import as_member
from tests.contract.redis.users import as_redis_user
from tests.integration.outbox_relay.relays import Start, relays
from tests.integration.outbox_relay.writers import PostgresDatabase


@pytest.fixture
async def database(write_database_url: str) -> AsyncIterator[PostgresDatabase]:
    """The write database, seen by writers."""
    database = PostgresDatabase(write_database_url)
    yield database
    await database.close()


@pytest.fixture
async def outbox(write_database_url: str) -> AsyncIterator[PostgresOutbox]:
    """A relay's outbox, open."""
    outbox = PostgresOutbox(as_member(write_database_url, "orders_relay"))
    await outbox.open()
    yield outbox
    await outbox.close()


@pytest.fixture
async def another(write_database_url: str) -> AsyncIterator[PostgresOutbox]:
    """A second relay's outbox, open."""
    outbox = PostgresOutbox(as_member(write_database_url, "orders_relay"))
    await outbox.open()
    yield outbox
    await outbox.close()


@pytest.fixture
async def admin(write_database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection for whatever a test wants to look at or break."""
    async with await AsyncConnection.connect(write_database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey, for whatever a test wants to look at or break."""
    client = redis_stream.connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def relay_client(redis_url: str) -> AsyncIterator[Redis]:
    """The relay's own client of the same Valkey, with the relay's rights."""
    client = redis_stream.connect(as_redis_user(redis_url, "relay"))
    yield client
    await client.aclose()


@pytest.fixture
async def start(write_database_url: str, redis_url: str) -> AsyncIterator[Start]:
    """Starts relays."""
    async with relays(write_database_url, as_redis_user(redis_url, "relay")) as start:
        yield start
