"""Plans are made on empty tables and kept while those grow: no prepared statement may read a table whole."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from command_api.adapters.postgres import answer_statements, intent_statements, statements
from command_api.adapters.postgres.idle_orders import UNTOUCHED
from command_api.adapters.postgres.pool import Database
from orders_domain.values import OrderStatus

STATEMENTS = (
    (statements, ["LOOK_UP", "LOCK_PRODUCTS", "WRITE_ORDERS", "WRITE_PRODUCTS", "ORDER_VERSION"]),
    (answer_statements, ["WRITE_ANSWERED", "FIND_ANSWERS", "DROP_ANSWERS"]),
    (intent_statements, ["KEEP", "GIVE_UP", "CLAIM", "DONE"]),
)


@pytest.mark.parametrize(
    "text",
    [pytest.param(getattr(module, name), id=name) for module, names in STATEMENTS for name in names],
)
async def test_a_statement_finds_its_rows_by_their_keys(text: str, write_database_url: str) -> None:
    for number, parameter in enumerate(dict.fromkeys(re.findall(r"%\((\w+)\)b", text)), start=1):
        text = text.replace(f"%({parameter})b", f"${number}")
    database = Database(write_database_url, size=2, wait_seconds=5)
    await database.open()
    try:
        async with database.connection() as connection:
            explained = await connection.execute(f"EXPLAIN (GENERIC_PLAN) {text}")
            plan = "\n".join(line for (line,) in await explained.fetchall())
    finally:
        await database.close()
    assert "Scan" in plan
    assert not re.search(r"Seq Scan on (orders|products|outbox|idempotency_keys|inventory_intents)", plan), plan


MANY = """
INSERT INTO orders
SELECT lpad(to_hex(n), 32, '0')::uuid, 1, CASE WHEN n % 500 = 0 THEN {status} ELSE 'COMPLETED' END, '{{}}', now()
FROM generate_series(1, 20000) n
"""


@pytest.mark.parametrize("status", UNTOUCHED, ids=str)
def test_orders_that_wait_are_found_without_a_look_at_the_others(status: OrderStatus, write_database_url: str) -> None:
    statement, since = UNTOUCHED[status], datetime.now(UTC) - timedelta(days=30)
    parameters = {"after": UUID(int=0), "made_later": UUID(int=1 << 120), "since": since, "most": 100}
    with psycopg.connect(write_database_url, autocommit=True) as connection:
        connection.execute(MANY.format(status=f"'{status}'").encode())
        connection.execute("ANALYZE orders")
        explained = connection.execute(f"EXPLAIN {statement}".encode(), parameters)
        plan = "\n".join(line for (line,) in explained.fetchall())
    assert "orders_waiting" in plan, plan
    assert "orders_pkey" not in plan, plan


def test_a_change_that_leaves_an_order_in_its_state_stays_in_its_page(write_database_url: str) -> None:
    change = "UPDATE orders SET version = version + 1, updated_at = clock_timestamp() WHERE order_id = %s"
    hot = "SELECT pg_stat_get_xact_tuples_hot_updated('orders'::regclass)"
    with psycopg.connect(write_database_url) as connection:
        connection.execute("INSERT INTO orders VALUES (%s, 1, 'DRAFT', '{}', now())", [UUID(int=1)])
        connection.execute(change, [UUID(int=1)])
        assert connection.execute(hot).fetchone() == (1,)
