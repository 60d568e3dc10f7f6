"""Who may do what in both databases. What the tables below show is allowed; everything else is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from command_api.migrations.run import migrate as migrate_write
from outbox_relay.adapters import renumbering
from query_api.migrations.generations import new_generation
from query_api.migrations.run import migrate as migrate_read
from stack.engines import RunningEngine
from tests.conftest import PARTITIONS
from tests.contract.databases.logins import ROLES_OF_READ_SIDE, ROLES_OF_WRITE_SIDE, as_member, as_stranger, user_of
from tests.contract.databases.rights import may, rights, tables

Connection = psycopg.Connection[Any]

WRITE_SIDE: Final = """
| write database | `orders_command` | `orders_relay` |
|---|---|---|
| accepted_commands | SELECT, INSERT (accepted_at, actor, asked, body, command_id, correlation_id, expected_version, kind), UPDATE (attempts, due_at), DELETE | |
| alembic_version | SELECT | |
| inventory_intents | SELECT, INSERT (attempts, due_at, move, order_id, units, version), UPDATE (attempts, due_at, move), DELETE | |
| idempotency_keys | SELECT, INSERT (body, fingerprint, headers, scope, status), DELETE | |
| orders | SELECT, INSERT, UPDATE (state, status, updated_at, version) | |
| outbox | SELECT (event_id), INSERT (aggregate_id, aggregate_type, data, event_id, occurred_at, partition, type, version) | SELECT |
| outbox_log | SELECT | SELECT |
| outbox_tick | | SELECT, INSERT |
| products | SELECT, INSERT, UPDATE (currency, listed, name, on_hand, reserved, unit_price_cents, updated_at, version) | |
"""  # noqa: E501 - a table has one line for a row
READ_SIDE: Final = """
| read database, every generation | `orders_projector` | `orders_query` |
|---|---|---|
| command_status | SELECT, INSERT, UPDATE (doc, token, version), TRUNCATE | SELECT |
| customer_summary | SELECT, INSERT, UPDATE (confirmed_orders, last_order_at, orders, spent_cents), TRUNCATE | SELECT |
| order_history | SELECT, INSERT, UPDATE (doc), TRUNCATE | SELECT |
| order_sku | | SELECT |
| order_summary | SELECT, INSERT, UPDATE (created_at, customer_id, doc, reference, skus, status, total_cents), TRUNCATE | SELECT |
| order_view | SELECT, INSERT, UPDATE (doc, version), TRUNCATE | SELECT |
| parked_event | SELECT, INSERT, UPDATE (reason), DELETE, TRUNCATE | SELECT (aggregate_id, aggregate_type, partition, projection, version) |
| product_view | SELECT, INSERT, UPDATE (doc, listed, version), TRUNCATE | SELECT |
| projection_checkpoint | SELECT, INSERT, UPDATE (epoch, event_id, parked, sequence), DELETE | SELECT |
| projection_heads | SELECT, INSERT, UPDATE (applied_at, at, epoch, sequences), DELETE | SELECT |
| sales_daily | SELECT, INSERT, UPDATE (cancelled_cents, cancelled_orders, cancelled_units, orders, revenue_cents, units), TRUNCATE | SELECT |
"""  # noqa: E501 - the same
READ_SIDE_PUBLIC: Final = """
| read database, `public` | `orders_projector` | `orders_query` |
|---|---|---|
| alembic_version | | SELECT |
| live_generation | | |
"""
READ_SIDE_LIVE: Final = """
| read database, `live` | `orders_projector` | `orders_query` |
|---|---|---|
| command_status | | SELECT |
| customer_summary | | SELECT |
| generation | | SELECT |
| order_history | | SELECT |
| order_sku | | SELECT |
| order_summary | | SELECT |
| order_view | | SELECT |
| parked_event | | SELECT |
| product_view | | SELECT |
| projection_checkpoint | | SELECT |
| projection_heads | | SELECT |
| sales_daily | | SELECT |
"""
PAGE: Final = Path(__file__).parents[3] / "docs/databases.md"
NOBODY: Final = "stranger"
PLACES: Final = {
    "public": WRITE_SIDE,
    "g1": READ_SIDE,
    "g2": READ_SIDE,
    "live": READ_SIDE_LIVE,
    "read public": READ_SIDE_PUBLIC,
}


def expected(text: str, role: str) -> dict[str, str]:
    """By table, what stands in the column of `role`; nothing for whoever has none."""
    head, _, *rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in text.strip().splitlines()]
    column = head.index(role) if role in head else None
    return {row[0]: "" if column is None else row[column] for row in rows}


@pytest.fixture(scope="module")
def databases(postgres_server: RunningEngine) -> dict[str, str]:
    """Both databases in one cluster, migrated where they are: a copy would not have the rights on the database itself.

    The read side has a second generation.
    """
    server = postgres_server.url.rpartition("/")[0]
    with psycopg.connect(postgres_server.url, autocommit=True) as admin:
        for side in ("write", "read"):
            admin.execute(f"CREATE DATABASE roles_{side}")
    migrate_write(f"{server}/roles_write", PARTITIONS)
    migrate_read(f"{server}/roles_read")
    with psycopg.connect(f"{server}/roles_read") as owner:
        for statement in new_generation("g2"):
            owner.execute(statement.encode())
    return {"write": f"{server}/roles_write", "read": f"{server}/roles_read"}


def side_of(place: str) -> str:
    return "write" if place == "public" else "read"


def member(url: str, role: str) -> str:
    return as_stranger(url) if role == NOBODY else as_member(url, role)


@contextmanager
def logged_in(url: str, role: str) -> Iterator[tuple[Connection, str]]:
    """A user of this role, and the name of a schema of his own."""
    his = member(url, role)
    own = f"own_{user_of(his)}"
    with psycopg.connect(url, autocommit=True) as owner:
        user = sql.Identifier(user_of(his))
        database = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, user))
        owner.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(own), user))
        try:
            with psycopg.connect(his, autocommit=True) as connection:
                yield connection, own
        finally:
            owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(own)))
            owner.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM {}").format(database, user))


def seen(url: str, place: str, role: str) -> dict[str, str]:
    """By real table of a schema, what a user of this role was allowed."""
    schema = place.rsplit(maxsplit=1)[-1]
    with psycopg.connect(url, autocommit=True) as owner, logged_in(url, role) as (user, own):
        return dict(rights(user, schema, tables(owner, schema), own))


CASES: Final = [
    pytest.param(place, role, id=f"{place}: {role}")
    for place in PLACES
    for role in (*ROLES_OF_WRITE_SIDE, *ROLES_OF_READ_SIDE, NOBODY)
]


@pytest.mark.parametrize(("place", "role"), CASES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    databases: dict[str, str], place: str, role: str
) -> None:
    assert seen(databases[side_of(place)], place, role) == expected(PLACES[place], role)


def test_the_page_for_operators_shows_these_tables() -> None:
    page = PAGE.read_text()
    assert [text for text in (WRITE_SIDE, READ_SIDE, READ_SIDE_LIVE, READ_SIDE_PUBLIC) if text not in page] == []


@pytest.mark.parametrize("side", ["write", "read"])
@pytest.mark.parametrize("role", [*ROLES_OF_WRITE_SIDE, *ROLES_OF_READ_SIDE, NOBODY])
def test_nobody_but_the_owner_makes_anything(databases: dict[str, str], side: str, role: str) -> None:
    schemas = ["public"] if side == "write" else ["public", "g1", "g2", "live"]
    wishes = ["CREATE SCHEMA mine", "CREATE TEMP TABLE mine ()", "CREATE ROLE mine"]
    with logged_in(databases[side], role) as (user, _):
        for wish in wishes + [f"CREATE TABLE {schema}.mine ()" for schema in schemas]:
            assert not may(user, sql.SQL(wish).format()), wish


@pytest.mark.parametrize(
    ("side", "role"),
    [*(("write", role) for role in ROLES_OF_WRITE_SIDE), *(("read", role) for role in ROLES_OF_READ_SIDE)],
)
def test_the_roles_of_a_database_are_let_in(databases: dict[str, str], side: str, role: str) -> None:
    with psycopg.connect(member(databases[side], role)) as user:
        assert user.execute("SELECT current_user").fetchone() == (f"one_of_{role}",)


@pytest.mark.parametrize(
    ("side", "role"),
    [
        *(("write", role) for role in (*ROLES_OF_READ_SIDE, NOBODY)),
        *(("read", role) for role in (*ROLES_OF_WRITE_SIDE, NOBODY)),
    ],
)
def test_everybody_else_is_kept_out(databases: dict[str, str], side: str, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(member(databases[side], role))


def test_the_verbs_for_a_restored_log_are_the_owner_s(write_database_url: str) -> None:
    relay = as_member(write_database_url, "orders_relay")
    with pytest.raises(renumbering.DatabaseFailure, match="permission denied"):
        renumbering.new_epoch(relay)
    with psycopg.connect(write_database_url) as owner:
        owner.execute("UPDATE outbox_log SET system_identifier = 4711")
    with pytest.raises(renumbering.DatabaseFailure, match="permission denied"):
        renumbering.adopt(relay)


PLANTED: Final = [
    ("GRANT DELETE ON outbox TO orders_command", "orders_command", "outbox"),
    ("GRANT UPDATE (xid) ON outbox TO orders_relay", "orders_relay", "outbox"),
    ("GRANT TRUNCATE ON outbox_tick TO orders_relay", "orders_relay", "outbox_tick"),
    ("GRANT INSERT (position) ON outbox TO orders_command", "orders_command", "outbox"),
    ("GRANT REFERENCES ON orders TO orders_relay", "orders_relay", "orders"),
    ("GRANT SELECT ON products TO PUBLIC", "orders_relay", "products"),
    ("REVOKE INSERT ON outbox_tick FROM orders_relay", "orders_relay", "outbox_tick"),
    ("REVOKE INSERT (data) ON outbox FROM orders_command", "orders_command", "outbox"),
    ("ALTER TABLE orders OWNER TO orders_command", "orders_command", "orders"),
    ("CREATE TABLE forgotten (id int PRIMARY KEY)", "orders_relay", "forgotten"),
]


@pytest.mark.parametrize(("change", "role", "table"), PLANTED, ids=[change for change, *_ in PLANTED])
def test_a_right_too_many_or_too_few_is_seen(write_database_url: str, change: str, role: str, table: str) -> None:
    with psycopg.connect(write_database_url) as owner:
        owner.execute(change.encode())
    found = seen(write_database_url, "public", role)
    wrong = {name for name, allowed in found.items() if expected(WRITE_SIDE, role).get(name) != allowed}
    assert wrong == {table}
