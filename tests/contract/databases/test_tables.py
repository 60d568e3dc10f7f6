"""Two databases, each owned by one service and used by another: what both declare is what the migrations make."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import Table

from outbox_relay.adapters import outbox_table
from projector.adapters import read_tables
from query_api.adapters.postgres import tables as query_api_tables
from stack.engines import RunningEngine
from tests.contract.databases.columns import Declaration, faults
from tests.contract.databases.declared import DECLARED, READERS, WRITERS

READ_TABLES: Final = read_tables.metadata.tables
Connection = psycopg.Connection[Any]


WRITE_SIDE: Final = [pytest.param(one, id=f"{user}: {one.name}") for user in WRITERS for one in DECLARED[user]]
READ_SIDE: Final = [pytest.param(one, id=f"{user}: {one.name}") for user in READERS for one in DECLARED[user]]


@pytest.fixture(scope="session")
def databases(postgres_server: RunningEngine, write_template: str, read_template: str) -> tuple[str, str]:
    """Migrated databases of these tests' own, write side and read side."""
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE tables_write TEMPLATE {write_template}")
        connection.execute(f"CREATE DATABASE tables_read TEMPLATE {read_template}")
    server, _, _ = postgres_server.url.rpartition("/")
    return f"{server}/tables_write", f"{server}/tables_read"


@pytest.fixture
def write_side(databases: tuple[str, str]) -> Iterator[Connection]:
    """The write database, as its owner. What a test does there is undone."""
    with psycopg.connect(databases[0]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def read_side(databases: tuple[str, str]) -> Iterator[Connection]:
    """The read database with the first generation on the search_path, as its owner. What a test does is undone."""
    with psycopg.connect(databases[1], options="-csearch_path=g1") as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("declared", WRITE_SIDE)
def test_a_declared_table_of_the_write_side_is_real(write_side: Connection, declared: Declaration) -> None:
    assert faults(write_side, declared) == []


@pytest.mark.parametrize("declared", READ_SIDE)
def test_a_declared_table_of_the_read_side_is_real(read_side: Connection, declared: Declaration) -> None:
    assert faults(read_side, declared) == []


def test_both_sides_of_the_log_and_of_the_read_models_are_among_them() -> None:
    assert outbox_table.metadata.tables.keys() == {"outbox", "outbox_tick", "outbox_log"}
    kept_by_the_database = {"order_sku"}
    assert read_tables.metadata.tables.keys() | kept_by_the_database == query_api_tables.metadata.tables.keys()


@pytest.mark.parametrize(
    ("change", "table", "fault"),
    [
        ("DROP TABLE outbox_log", outbox_table.outbox_log, "outbox_log: no such table"),
        ("ALTER TABLE outbox DROP occurred_at", outbox_table.outbox, "outbox.occurred_at: no such column"),
        ("ALTER TABLE outbox RENAME data TO body", outbox_table.outbox, "outbox.data: no such column"),
        ("ALTER TABLE outbox ALTER data TYPE jsonb", outbox_table.outbox, "outbox.data: is jsonb"),
        ("ALTER TABLE outbox_tick ALTER tick TYPE int", outbox_table.outbox_tick, "outbox_tick.tick: is integer"),
        (
            "ALTER TABLE outbox_tick ALTER heads TYPE int[]",
            outbox_table.outbox_tick,
            "outbox_tick.heads: is integer[]",
        ),
        (
            "ALTER TABLE outbox_log ALTER epoch DROP NOT NULL",
            outbox_table.outbox_log,
            "outbox_log.epoch: may be NULL",
        ),
        (
            "DELETE FROM outbox_tick; ALTER TABLE outbox_tick ADD relay text NOT NULL",
            outbox_table.outbox_tick,
            "outbox_tick.relay: must be given",
        ),
        (
            "ALTER TABLE outbox DROP CONSTRAINT outbox_pkey, ADD PRIMARY KEY (position)",
            outbox_table.outbox,
            "outbox: the key is ['position']",
        ),
    ],
)
def test_a_change_of_the_write_side_that_its_users_do_not_know_of_is_caught(
    write_side: Connection, change: str, table: Table, fault: str
) -> None:
    write_side.execute(change)
    assert faults(write_side, Declaration.of(table, inserts=True))[:1] == [fault]


@pytest.mark.parametrize(
    ("change", "table", "fault"),
    [
        (
            "DROP SCHEMA live CASCADE; ALTER TABLE order_view ALTER doc TYPE jsonb",
            READ_TABLES["order_view"],
            "order_view.doc: is jsonb",
        ),
        (
            "ALTER TABLE order_summary ALTER reference SET NOT NULL",
            READ_TABLES["order_summary"],
            "order_summary.reference: is never NULL",
        ),
        (
            "ALTER TABLE product_view ADD weight bigint NOT NULL",
            READ_TABLES["product_view"],
            "product_view.weight: must be given",
        ),
        ("ALTER TABLE projection_heads RENAME TO heads", read_tables.heads, "projection_heads: no such table"),
    ],
)
def test_a_change_of_the_read_side_that_its_users_do_not_know_of_is_caught(
    read_side: Connection, change: str, table: Table, fault: str
) -> None:
    read_side.execute(change)
    assert faults(read_side, Declaration.of(table, inserts=True)) == [fault]


@pytest.mark.parametrize(
    "column", ["note text", "note text NOT NULL DEFAULT ''", "n bigint GENERATED ALWAYS AS IDENTITY"]
)
def test_a_column_more_that_needs_nobody_is_no_fault(read_side: Connection, column: str) -> None:
    read_side.execute(f"ALTER TABLE order_view ADD {column}")
    assert faults(read_side, Declaration.of(READ_TABLES["order_view"], inserts=True)) == []


def test_a_column_more_that_only_a_writer_must_know_is_no_fault_to_a_reader(read_side: Connection) -> None:
    read_side.execute("ALTER TABLE order_view ADD weight bigint NOT NULL")
    assert faults(read_side, Declaration.of(query_api_tables.order_view, inserts=False)) == []
