"""The pool keeps its connections, or replaces them, whatever happens to a statement."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from query_api.adapters.postgres import live
from query_api.adapters.postgres.database import ReadDatabase
from query_api.application.errors import Unavailable
from tests.suites.query_rows import connection

SIZE = 3


@pytest.fixture
async def database(read_database_url: str) -> AsyncIterator[ReadDatabase]:
    """A pool of SIZE connections, all of them made."""
    database = ReadDatabase(read_database_url, live.SCHEMA, SIZE)
    await database.open()
    await asyncio.gather(*(database.rows("SELECT pg_sleep(0.05)") for _ in range(SIZE)))
    yield database
    await database.close()


def cut_all(read_database_url: str) -> int:
    """How many connections of the service were ended by the server."""
    with connection(read_database_url) as admin:
        return len(
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'query-api'"
            ).fetchall()
        )


async def test_no_statement_is_compiled_which_would_take_longer_than_to_run_it(database: ReadDatabase) -> None:
    assert await database.rows("SHOW jit") == [("off",)]


async def test_connections_that_died_in_the_pool_are_not_noticed_by_clients(
    database: ReadDatabase, read_database_url: str
) -> None:
    for _ in range(5):
        assert await asyncio.to_thread(cut_all, read_database_url) >= 1
        answers = await asyncio.gather(*(database.rows("SELECT 1") for _ in range(10)))
        assert answers == [[(1,)]] * 10


async def test_a_statement_that_takes_too_long_is_refused_in_time_and_frees_its_connection(
    database: ReadDatabase,
) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    slow = [database.rows("SELECT pg_sleep(30)", None, 0.2) for _ in range(2 * SIZE)]
    refused = await asyncio.gather(*slow, return_exceptions=True)
    assert {type(one) for one in refused} == {Unavailable}
    assert await database.rows("SELECT 1") == [(1,)]
    assert loop.time() - started < 10


async def test_clients_that_go_away_take_no_connection_with_them(database: ReadDatabase) -> None:
    for turns in (0, 1, 2, 5, 10, 20, 50, 100, 200):
        tasks = [asyncio.create_task(database.rows("SELECT pg_sleep(0.01)")) for _ in range(20)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    answers = await asyncio.gather(*(database.rows("SELECT 1") for _ in range(10 * SIZE)))
    assert answers == [[(1,)]] * 10 * SIZE


async def test_a_mistake_in_a_statement_is_ours_and_not_hidden(database: ReadDatabase) -> None:
    with pytest.raises(psycopg.errors.SyntaxError):
        await database.rows("SELEKT")
    with pytest.raises(Unavailable, match="not migrated"):
        await database.rows("SELECT * FROM no_such_table")
