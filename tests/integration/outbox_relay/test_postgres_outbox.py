"""The real outbox: the port's suite, and what only a real Postgres can show."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from command_api.migrations.run import migrate
from outbox_relay.adapters import outbox_statements as statements
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.application.ports import OutboxUnavailable, OutboxUnfit
from stack.engines import RunningEngine, start_postgres
from tests.integration.outbox_relay.writers import PostgresDatabase, insert_many
from tests.suites.relay_outbox import OutboxSuite, name, of, read


class TestPostgresOutbox(OutboxSuite):
    """Fixtures come from conftest.py."""


async def test_a_tick_is_durable_whatever_the_roles_default_is(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], write_database_url: str
) -> None:
    database = write_database_url.rsplit("/", 1)[1]
    await admin.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    await outbox.close()
    await outbox.open()
    assert await outbox._one("SHOW synchronous_commit", {}) == ("on",)


async def test_a_tick_is_there_for_others_as_soon_as_it_is_told(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    await database.write((0, name(1)))
    assert (await outbox.tick()).number == 1
    found = await (await admin.execute("SELECT max(tick) FROM outbox_tick")).fetchone()
    assert found == (1,)


async def test_another_cluster_is_not_numbered(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    await admin.execute("UPDATE outbox_log SET system_identifier = 4711")
    with pytest.raises(OutboxUnfit, match="cluster 4711"):
        await outbox.open()


async def test_transaction_ids_below_the_last_ticks_are_not_numbered(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    await admin.execute("INSERT INTO outbox_tick SELECT 1, '900000000:900000000:', heads FROM outbox_tick")
    await database.write((0, name(1)))
    with pytest.raises(OutboxUnfit, match="below those of tick 1"):
        await outbox.tick()
    found = await (await admin.execute("SELECT max(tick) FROM outbox_tick")).fetchone()
    assert found == (1,)


async def test_a_database_without_the_log_is_unavailable(postgres_server: RunningEngine) -> None:
    outbox = PostgresOutbox(postgres_server.url)
    with pytest.raises(OutboxUnavailable, match="outbox_log"):
        await outbox.open()


async def test_a_connection_that_was_cut_is_made_anew(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    await database.write((0, name(1)))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outbox-relay'"
    )
    with pytest.raises(OutboxUnavailable):
        await outbox.tick()
    await outbox.open()
    assert (await outbox.tick()).number == 1


async def test_freezing_the_outbox_changes_no_number(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    held = await database.begin()
    await held.add(0, name(1))
    await database.write((0, name(2)))
    first = await outbox.tick()
    await admin.execute("VACUUM (FREEZE) outbox")
    await held.commit()
    second = await outbox.tick()
    await admin.execute("VACUUM (FREEZE) outbox")
    assert of(await read(outbox, [0] * 8, second), 0) == [name(2), name(1)]
    assert of(await read(outbox, [first.number] * 8, second), 0) == [name(1)]


async def test_a_tick_and_its_reading_touch_a_few_pages_however_long_the_log_is(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase
) -> None:
    # Plans are made while the log is empty, and nobody has counted its rows since.
    await admin.execute("ALTER TABLE outbox SET (autovacuum_enabled = off)")
    await outbox.tick()
    await read(outbox, [0] * 8, await outbox.tick())
    for first in range(0, 30_000, 5_000):
        await insert_many(admin, [(number % 8, name(number)) for number in range(first, first + 5_000)])
        tick = await outbox.tick()
    await database.write((3, name(10**6)))
    assert await _pages(outbox, statements.TICK, {}) < 50
    last = await outbox.tick()
    reading = {"after": tick.number, "up_to": last.number, "starts": [tick.number] * 8}
    assert await _pages(outbox, statements.READ, reading) < 50


async def _pages(outbox: PostgresOutbox, statement: str, parameters: dict[str, Any]) -> int:
    """How many pages a statement touches, in the relay's own session. A tick is undone."""
    async with outbox._held().transaction(force_rollback=True):
        (answer,) = await outbox._one(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
    plan = json.loads(answer)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


async def test_a_small_batch_takes_one_statement_and_a_big_one_two(
    outbox: PostgresOutbox, admin: AsyncConnection[Any], database: PostgresDatabase, write_database_url: str
) -> None:
    await read(outbox, [0] * 8, await outbox.tick())
    before = await _calls(outbox)
    await database.write((0, name(1)), (5, name(2)))
    assert len((await outbox.tick()).rows) == 2
    assert await _calls(outbox) == before | {statements.TICK: before[statements.TICK] + 1}
    await insert_many(admin, [(number % 8, name(number)) for number in range(3, 3 + statements.FEW + 1)])
    tick = await outbox.tick()
    assert not tick.rows
    assert len(await read(outbox, [1] * 8, tick)) == statements.FEW + 1


async def _calls(outbox: PostgresOutbox) -> dict[str, int]:
    """How often the session ran each of its prepared statements, by the statement's text."""
    answer = await outbox._held().execute(
        "SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements", prepare=False
    )
    return {_pyformat(text): calls for text, calls in await answer.fetchall() if "outbox_log" not in text}


def _pyformat(text: str) -> str:
    names = {"$1": "%(after)s", "$2": "%(up_to)s", "$3": "%(starts)s"}
    for number, parameter in names.items():
        text = text.replace(number, parameter)
    return text


async def test_a_standby_is_not_numbered(tmp_path: Path) -> None:
    primary = start_postgres(tmp_path, durable=False)
    migrate(primary.url, 8)
    primary.stop(keep=True)
    (primary.data / "standby.signal").touch()
    with start_postgres(tmp_path, durable=False, port=primary.port) as standby:
        outbox = PostgresOutbox(standby.url)
        with pytest.raises(OutboxUnfit, match="standby"):
            await outbox.open()
        await outbox.close()
        with psycopg.connect(standby.url) as connection:
            found = connection.execute("SELECT max(tick) FROM outbox_tick").fetchone()
    assert found == (0,)
