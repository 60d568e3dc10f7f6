"""The schema of the read database: made once, by whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from query_api.adapters.postgres import live, tables
from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.schema import Schema
from query_api.migrations.generations import new_generation
from query_api.migrations.live import COLUMNS
from query_api.migrations.revisions import is_current, newest
from query_api.migrations.run import migrate
from stack.engines import RunningEngine

READ_COLUMNS = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default, collation_name
FROM information_schema.columns WHERE table_schema ~ '^g[0-9]' ORDER BY 1, 2, 3
"""


@pytest.fixture
def empty_database_url(postgres_server: RunningEngine) -> str:
    """A database in which nothing has been made yet."""
    with psycopg.connect(postgres_server.url, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS query_api_empty WITH (FORCE)")
        admin.execute("CREATE DATABASE query_api_empty")
    return postgres_server.url.rsplit("/", 1)[0] + "/query_api_empty"


def test_many_may_migrate_at_once_and_again(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, [empty_database_url] * 4)) == {newest()}
    assert migrate(empty_database_url) == newest()


def test_a_newer_database_is_left_as_it_is(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as newer:
        newer.execute("UPDATE public.alembic_version SET version_num = '9999'")
    assert migrate(empty_database_url) == "9999"


def test_a_search_path_in_the_url_leads_nothing_astray(empty_database_url: str) -> None:
    migrate(f"{empty_database_url}?options=-csearch_path%3Dpg_temp")
    with psycopg.connect(empty_database_url) as reader:
        found = reader.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('information_schema', 'pg_catalog')"
        ).fetchall()
    assert set(found) == {
        ("public", "alembic_version"),
        ("public", "live_generation"),
        *(("g1", name) for name in tables.metadata.tables),
        *(("live", name) for name in (*COLUMNS, "generation")),
    }


def test_the_tables_have_the_columns_that_the_questions_name(read_database_url: str) -> None:
    with psycopg.connect(read_database_url) as reader:
        made = reader.execute(
            "SELECT table_name, column_name, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_schema = 'g1'"
        ).fetchall()
    declared = {
        (table.name, column.name, bool(column.nullable))
        for table in tables.metadata.tables.values()
        for column in table.columns
    }
    assert set(made) == declared


def test_another_generation_stands_beside_the_first(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as maker:
        for statement in new_generation("g2"):
            maker.execute(statement.encode())
        made = maker.execute("SELECT count(*) FROM pg_tables WHERE schemaname IN ('g1', 'g2')").fetchone()
    assert made == (2 * len(tables.metadata.tables),)


def test_generations_of_an_older_revision_get_the_tables_that_came_later_and_keep_their_checkpoints(
    empty_database_url: str,
) -> None:
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as older:
        for statement in new_generation("g2"):
            older.execute(statement.encode())
        fresh = older.execute(READ_COLUMNS).fetchall()
        older.execute("DROP SCHEMA live CASCADE; DROP TABLE public.live_generation")
        for generation in (b"g1", b"g2"):
            older.execute(b"DROP TABLE " + generation + b".parked_event")
            for later in (b".command_status", b".customer_summary", b".sales_daily"):
                older.execute(b"DROP TABLE " + generation + later)
            older.execute(b"ALTER TABLE " + generation + b".projection_checkpoint DROP parked")
            older.execute(b"INSERT INTO " + generation + b".projection_checkpoint VALUES ('g', 0, 1, 7, 'e')")
        older.execute("UPDATE public.alembic_version SET version_num = '0001'")
        assert older.execute(READ_COLUMNS).fetchall() != fresh
    assert migrate(empty_database_url) == newest()
    with psycopg.connect(empty_database_url) as upgraded:
        assert upgraded.execute(READ_COLUMNS).fetchall() == fresh
        kept = upgraded.execute("SELECT sequence, parked FROM g1.projection_checkpoint").fetchall()
    assert kept == [(7, 0)]


@pytest.mark.parametrize("name", ["public", "g0", "g1; DROP SCHEMA g1", "G1", "", "g1\n"])
def test_only_names_of_generations_are_taken(name: str) -> None:
    with pytest.raises(ValueError, match="generation"):
        new_generation(name)


def test_the_newest_revision_or_a_newer_one_will_do() -> None:
    assert is_current(newest())
    assert is_current("9999")
    assert not is_current("0000")
    assert not is_current(None)


def test_the_numbers_of_the_files_are_the_revisions(read_database_url: str) -> None:
    with psycopg.connect(read_database_url) as reader:
        assert reader.execute("SELECT version_num FROM public.alembic_version").fetchall() == [(newest(),)]


async def test_readiness_tells_what_is_missing(empty_database_url: str) -> None:
    database = ReadDatabase(empty_database_url, live.SCHEMA, 1)
    await database.open()
    try:
        schema = Schema(database, is_current)
        assert await schema.reasons() == ["The read database is not migrated to what this version needs."]
        migrate(empty_database_url)
        assert await schema.reasons() == []
        with psycopg.connect(empty_database_url) as owner:
            owner.execute("DROP SCHEMA live CASCADE")
        assert await schema.reasons() == ["No generation of read models is live."]
    finally:
        await database.close()
