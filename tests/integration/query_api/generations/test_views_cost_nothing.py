"""Postgres puts the tables in the place of the live views: every question has the plan that it would have on them."""

import re
from typing import Final
from uuid import uuid4

import psycopg

from query_api.adapters.postgres import command_views, order_views, product_views
from query_api.adapters.postgres.order_lists import page_statements
from query_api.adapters.postgres.raw import UuidArray, UuidArrayDumper, array_of
from tests.integration.query_api.generations.world import World

PARAMETERS: Final[dict[str, object]] = {
    "ids": UuidArray([uuid4(), uuid4()]),
    "skus": ["MUG", "TEA"],
    "order_id": uuid4(),
    "after": 3,
    "size": 21,
    "customer_id": uuid4(),
    "status": "REJECTED",
    "sku": "MUG",
    "reference": "R1",
    "after_created_at": "2026-11-22T00:00:00Z",
    "after_order_id": uuid4(),
}
SEVERAL: Final[dict[str, object]] = {name: array_of([value, value]) for name, value in PARAMETERS.items()}
"""For two pages at once."""
LISTS: Final = {
    f"orders by {' and '.join(filters) or 'date'}, {place}": page_statements(filters, further)
    for filters in ((), ("customer_id",), ("status",), ("sku",), ("reference",))
    for place, further in (("the first", False), ("further", True))
}
STATEMENTS: Final = {
    "an order": order_views._BY_ID,
    "its history": order_views._HISTORY,
    "a product": product_views._BY_SKU,
    "a command": command_views._BY_ID,
    **{name: statements.one for name, statements in LISTS.items()},
    **{f"several {name}": statements.several or "" for name, statements in LISTS.items()},
}
FILL: Final = """
INSERT INTO g1.order_summary SELECT gen_random_uuid(), gen_random_uuid(),
    (ARRAY['DRAFT', 'REJECTED'])[(n % 400 = 1)::int + 1], 'R' || n % 400, n, ARRAY['S' || n % 40],
    timestamptz '2026-11-22T00:00:00Z' + (4000 - n) * interval '1 minute', '{}' FROM generate_series(1, 5000) AS n;
INSERT INTO g1.order_view SELECT order_id, 1, '{}' FROM g1.order_summary;
INSERT INTO g1.order_history SELECT order_id, n, '{}' FROM g1.order_summary, generate_series(1, 3) AS n;
ANALYZE g1.order_summary; ANALYZE g1.order_sku; ANALYZE g1.order_view; ANALYZE g1.order_history
"""


def plan(url: str, schema: str, name: str) -> str:
    """How it would be answered. With a view about, Postgres tells of each column whose it is."""
    parameters = SEVERAL if name.startswith("several") else PARAMETERS
    with psycopg.connect(url, options=f"-csearch_path={schema}") as connection:
        connection.adapters.register_dumper(UuidArray, UuidArrayDumper)
        lines = [line for (line,) in connection.execute(f"EXPLAIN {STATEMENTS[name]}".encode(), parameters)]
    return re.sub(r"\b[a-z_]+\.(?=[a-z])", "", "\n".join(lines))


def test_every_question_has_the_same_plan_as_on_the_tables(world: World) -> None:
    world.run(FILL)
    for name in STATEMENTS:
        on_tables = plan(world.url, "g1", name)
        assert plan(world.url, "live", name) == on_tables, name
        assert "Index" in on_tables, name
    world.run("CREATE OR REPLACE VIEW live.order_view AS SELECT * FROM g1.order_view OFFSET 0")
    assert plan(world.url, "live", "an order") != plan(world.url, "g1", "an order")
