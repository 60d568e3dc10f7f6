"""Plans are made on empty tables and kept while those grow: no prepared statement may read a table whole."""

import re

import pytest

from command_api.adapters.postgres import answer_statements, statements
from command_api.adapters.postgres.pool import Database

STATEMENTS = (
    (statements, ["LOOK_UP", "LOCK_PRODUCTS", "WRITE_ORDERS", "WRITE_PRODUCTS", "ORDER_VERSION"]),
    (answer_statements, ["WRITE_ANSWERED", "FIND_ANSWERS", "DROP_ANSWERS"]),
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
    assert not re.search(r"Seq Scan on (orders|products|outbox|idempotency_keys)", plan), plan
