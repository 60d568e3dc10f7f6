"""While a version is rolled out, processes of the releases before it work on its schema: nothing they use may go."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from stack.engines import RunningEngine
from tests.contract.databases.columns import Column, Declaration, faults
from tests.contract.databases.declared import READERS, WRITERS
from tests.contract.databases.planted import NextVersion
from tests.contract.databases.revisions import NEWEST, empty_database
from tests.contract.releases.contents import GENERATION
from tests.contract.releases.records import Release, releases

Connection = psycopg.Connection[Any]

SIDES: Final = {"write": (WRITERS, "public"), "read": (READERS, GENERATION)}
"""Who uses the database, and the schema that they find on their search_path."""


def declarations(release: Release, side: str) -> list[Declaration]:
    """The tables of a side as the services of the release knew them."""
    users, _ = SIDES[side]
    recorded = release.json("tables.json")
    return [
        Declaration(
            table["name"],
            {name: Column(**column) for name, column in table["columns"].items()},
            table["key"],
            table["inserts"],
        )
        for user in users
        for table in recorded[user]
    ]


def faults_of_all(connection: Connection, side: str) -> set[str]:
    """What the newest schema does to the services of every release."""
    return {fault for release in releases() for one in declarations(release, side) for fault in faults(connection, one)}


def connect(url: str, side: str) -> Connection:
    """As the owner, with the search_path of the services."""
    return psycopg.connect(url, options=f"-csearch_path={SIDES[side][1]}")


@pytest.fixture(scope="module")
def databases(postgres_server: RunningEngine) -> Iterator[dict[str, str]]:
    """A database of each side, migrated."""
    with (
        empty_database(postgres_server.url, "expand_write") as write,
        empty_database(postgres_server.url, "expand_read") as read,
    ):
        urls = {"write": write, "read": read}
        for side, url in urls.items():
            NEWEST[side](url)
        yield urls


@pytest.mark.parametrize("side", SIDES)
def test_services_of_every_release_find_what_they_count_on_in_the_newest_schema(
    databases: dict[str, str], side: str
) -> None:
    assert sum(len(declarations(release, side)) for release in releases()) >= 6
    with connect(databases[side], side) as connection:
        assert faults_of_all(connection, side) == set()


@pytest.mark.parametrize(
    ("side", "change", "fault"),
    [
        ("write", "ALTER TABLE outbox DROP occurred_at", "outbox.occurred_at: no such column"),
        ("write", "ALTER TABLE orders ADD channel text NOT NULL", "orders.channel: must be given"),
        ("write", "ALTER TABLE products RENAME reserved TO held", "products.reserved: no such column"),
        ("write", "ALTER TABLE outbox_tick ALTER heads TYPE int[]", "outbox_tick.heads: is integer[]"),
        ("write", "ALTER TABLE outbox_log RENAME TO log", "outbox_log: no such table"),
        ("read", "ALTER TABLE g1.order_view DROP version CASCADE", "order_view.version: no such column"),
        ("read", "ALTER TABLE g1.order_summary ADD city text NOT NULL", "order_summary.city: must be given"),
        (
            "read",
            "ALTER TABLE g1.order_summary ALTER reference SET NOT NULL",
            "order_summary.reference: is never NULL",
        ),
        (
            "read",
            "ALTER TABLE g1.projection_heads DROP CONSTRAINT projection_heads_pkey, ADD PRIMARY KEY (epoch)",
            "projection_heads: the key is ['epoch']",
        ),
    ],
)
def test_a_change_that_takes_away_what_a_release_uses_is_caught(
    databases: dict[str, str], side: str, change: str, fault: str
) -> None:
    with connect(databases[side], side) as connection:
        connection.execute(change.encode())
        assert fault in faults_of_all(connection, side)
        connection.rollback()


@pytest.mark.parametrize(
    ("side", "change"),
    [
        ("write", "ALTER TABLE orders ADD channel text NOT NULL DEFAULT ''; CREATE TABLE note (id int PRIMARY KEY)"),
        ("write", "CREATE INDEX ON orders (status); ALTER TABLE outbox ADD note text"),
        ("read", "ALTER TABLE g1.order_summary ADD city text"),
    ],
)
def test_a_change_that_only_adds_is_let_pass(databases: dict[str, str], side: str, change: str) -> None:
    with connect(databases[side], side) as connection:
        connection.execute(change.encode())
        assert faults_of_all(connection, side) == set()
        connection.rollback()


@pytest.mark.parametrize(
    ("side", "statements", "fault"),
    [
        ("write", "ALTER TABLE outbox DROP data", "outbox.data: no such column"),
        ("read", "ALTER TABLE g1.product_view ADD weight bigint NOT NULL", "product_view.weight: must be given"),
    ],
)
def test_a_migration_of_the_next_version_that_breaks_the_one_before_is_caught(
    postgres_server: RunningEngine, tmp_path: Path, side: str, statements: str, fault: str
) -> None:
    version = NextVersion(tmp_path, side, statements)
    with empty_database(postgres_server.url, f"next_{side}") as url:
        done = subprocess.run(
            version.argv, env=version.environment(url), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        with connect(url, side) as connection:
            assert fault in faults_of_all(connection, side)
