"""What query-api answers from: views that show just what it may see of the live generation, and can be renewed."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import StaticPool, create_engine

from query_api.migrations.generations import new_generation
from query_api.migrations.live import COLUMNS, READ_MODELS, live_views, renew_live_views
from tests.contract.databases.columns import Column, Declaration, faults
from tests.contract.databases.declared import DECLARED
from tests.contract.databases.logins import as_member

Connection = psycopg.Connection[Any]

MAY_SEE: Final = """
SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
    AND has_column_privilege(pg_class.oid, attnum, 'SELECT')
"""


@pytest.fixture
def owner(read_database_url: str) -> Iterator[Connection]:
    """With the live views on the search_path."""
    with psycopg.connect(read_database_url, options="-csearch_path=live", autocommit=True) as connection:
        yield connection


def of_a_view(declared: Declaration) -> Declaration:
    """Of a view Postgres knows neither keys nor what is never NULL; the table's are held elsewhere."""
    columns = {name: Column(column.type, nullable=True) for name, column in declared.columns.items()}
    return declared._replace(columns=columns, key=[], inserts=False)


def test_the_views_show_what_query_api_may_see_of_a_generation_and_name_it(read_database_url: str) -> None:
    with psycopg.connect(as_member(read_database_url, "orders_query")) as reader:
        tables, views = (set(reader.execute(MAY_SEE.encode(), [schema])) for schema in ("g1", "live"))
    assert views - tables == {("generation", "name", "text")}
    assert tables - views == set()


def test_what_query_api_declares_and_may_not_see_is_not_needed_of_the_views(owner: Connection) -> None:
    unseen = {
        (one.name, fault.rpartition(": ")[0])
        for one in DECLARED["query-api"]
        for fault in faults(owner, of_a_view(one))
    }
    assert {table for table, _ in unseen} <= {"parked_event"}


def test_every_table_that_events_are_folded_into_is_compared() -> None:
    told_otherwise = {"projection_heads", "projection_checkpoint", "parked_event"}
    assert set(READ_MODELS) == {one.name for one in DECLARED["query-api"]} - told_otherwise


@pytest.mark.parametrize("live", ["g1", "g2"])
def test_a_migration_that_adds_a_column_renews_the_views_of_whichever_generation_is_live(
    owner: Connection, read_database_url: str, monkeypatch: pytest.MonkeyPatch, live: str
) -> None:
    statements = [*new_generation("g2"), *live_views(live)]
    statements += [f"UPDATE public.live_generation SET generation = '{live}'"]
    statements += [f"ALTER TABLE {one}.order_view ADD city text DEFAULT '{one}'" for one in ("g1", "g2")]
    statements += [f"INSERT INTO {live}.order_view VALUES (gen_random_uuid(), 1, '{{}}')"]
    for statement in statements:
        owner.execute(statement.encode())
    monkeypatch.setitem(COLUMNS, "order_view", f"{COLUMNS['order_view']}, city")
    with psycopg.connect(read_database_url) as raw:
        engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
        with engine.begin() as migrating:
            renew_live_views(migrating)
    with psycopg.connect(as_member(read_database_url, "orders_query"), options="-csearch_path=live") as reader:
        assert reader.execute("SELECT city FROM order_view").fetchall() == [(live,)]
        assert reader.execute("SELECT name FROM generation").fetchall() == [(live,)]
