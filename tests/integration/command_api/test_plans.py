"""Plans are made on empty tables and kept while those grow: no prepared statement may read a table whole."""

import re

import pytest

from command_api.adapters.postgres import statements
from command_api.adapters.postgres.pool import Database


@pytest.mark.parametrize("name", ["LOOK_UP", "LOCK_PRODUCTS", "WRITE_ORDERS", "WRITE_PRODUCTS", "ORDER_VERSION"])
async def test_a_statement_finds_its_rows_by_their_keys(name: str, write_database_url: str) -> None:
    text: str = getattr(statements, name)
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
    assert not re.search(r"Seq Scan on (orders|products|outbox)", plan), plan
