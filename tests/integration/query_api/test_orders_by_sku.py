"""The orders of each SKU, which the database itself keeps beside the orders, and the migration that brings them."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

from query_api.migrations.run import migrate
from stack.engines import RunningEngine
from tests.contract.databases.logins import as_member
from tests.contract.databases.revisions import empty_database, shape
from tests.suites.query_rows import OrderRow, connection, store_orders

Connection = psycopg.Connection[Any]

ID: Final = UUID(int=7)
UPSERT: Final = """
INSERT INTO order_summary VALUES (%s, gen_random_uuid(), 'DRAFT', NULL, 1, %s, %s::timestamptz, '{}')
ON CONFLICT (order_id) DO UPDATE SET skus = excluded.skus, created_at = excluded.created_at, doc = excluded.doc
"""
MORNING: Final = "2026-11-22T08:00:00Z"
NOON: Final = "2026-11-22T12:00:00Z"
OLDER: Final = """
DROP TRIGGER add_skus ON g1.order_summary;
DROP TRIGGER change_skus ON g1.order_summary;
DROP TRIGGER remove_skus ON g1.order_summary;
DROP TRIGGER empty_skus ON g1.order_summary;
DROP FUNCTION g1.add_skus(), g1.change_skus(), g1.empty_skus();
DROP TABLE g1.order_sku CASCADE;
DROP INDEX g1.order_summary_newest, g1.order_summary_status, g1.order_summary_total, g1.order_summary_customer_status;
CREATE INDEX order_summary_newest ON g1.order_summary (created_at DESC, order_id DESC);
CREATE INDEX order_summary_status ON g1.order_summary (status, created_at DESC, order_id DESC);
CREATE INDEX order_summary_skus ON g1.order_summary USING gin (skus) WITH (fastupdate = off);
UPDATE public.alembic_version SET version_num = '0004';
"""
"""What makes a database of the newest revision into one of before, as far as lists of orders go."""
LATER: Final = "DROP SCHEMA live CASCADE; DROP TABLE public.live_generation"


@pytest.fixture
def projector(read_database_url: str) -> Iterator[Connection]:
    """Writes orders with the rights of the projector."""
    with connection(as_member(read_database_url, "orders_projector")) as writer:
        yield writer


def pairs(url: str) -> list[tuple[str, int]]:
    """Each SKU, and the hour of its orders."""
    query = "SELECT sku, extract(hour FROM created_at AT TIME ZONE 'UTC')::int FROM order_sku ORDER BY 1, 2"
    with connection(url) as reader:
        return reader.execute(query).fetchall()


def test_the_pairs_follow_the_orders_whatever_becomes_of_them(read_database_url: str, projector: Connection) -> None:
    projector.execute(UPSERT, [ID, ["B", "A", "B"], MORNING])
    assert pairs(read_database_url) == [("A", 8), ("B", 8)]
    projector.execute(UPSERT, [ID, ["C", "A"], MORNING])
    assert pairs(read_database_url) == [("A", 8), ("C", 8)]
    projector.execute(UPSERT, [ID, ["A"], NOON])
    assert pairs(read_database_url) == [("A", 12)]
    projector.execute(UPSERT, [ID, [], NOON])
    assert pairs(read_database_url) == []


def test_what_is_copied_into_the_table_is_there_and_goes_when_it_is_emptied(
    read_database_url: str, projector: Connection
) -> None:
    with projector.cursor().copy("COPY order_summary FROM STDIN") as copy:
        for number, skus in enumerate([["A", "B"], ["A"], []]):
            copy.write_row([UUID(int=number), ID, "DRAFT", None, 1, skus, MORNING, "{}"])
    assert pairs(read_database_url) == [("A", 8), ("A", 8), ("B", 8)]
    projector.execute("TRUNCATE order_summary")
    assert pairs(read_database_url) == []


def test_an_order_that_its_owner_deletes_leaves_none(read_database_url: str, projector: Connection) -> None:
    projector.execute(UPSERT, [ID, ["A"], MORNING])
    with connection(read_database_url) as owner:
        owner.execute("DELETE FROM order_summary")
    assert pairs(read_database_url) == []


def test_orders_of_before_are_listed_after_the_migration_and_their_indexes_are_those_of_a_new_database(
    postgres_server: RunningEngine,
) -> None:
    with empty_database(postgres_server.url, "before_lists") as url:
        migrate(url)
        with psycopg.connect(url) as owner:
            newest = shape(owner)
            owner.execute(LATER)
            owner.execute(OLDER)
        store_orders(url, [OrderRow(skus=("A", "B", "A")), OrderRow(skus=("A",))])
        migrate(url)
        with psycopg.connect(url) as owner:
            assert shape(owner) == newest
        assert [sku for sku, _ in pairs(url)] == ["A", "A", "B"]
