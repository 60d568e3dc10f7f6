"""What a page of a long list reads, by Postgres' own count: what it answers, wherever it is, whatever the filters are.

A million orders are tried with LISTED_ORDERS=1000000.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from query_api.adapters.postgres.order_lists import PageStatements, page_statements
from query_api.adapters.postgres.order_pages import TOGETHER
from query_api.application.views import OrderFilters
from tests.contract.databases.logins import as_member
from tests.databases import Databases
from tests.integration.query_api.many_orders import FILL, ORDERS

Connection = psycopg.Connection[Any]

ROWS: Final = 21
"""Of a page of 20, and the one that tells that there is a next one."""
DEEP: Final = 0.9
"""How much of a list lies before its deep page."""
MORE: Final = 1.1
FEW: Final = 6
"""Blocks that one page may read more than another because rows and index entries happen to lie in more of them."""
PER_ROW: Final = 6
"""Blocks for a row that is looked up by its id: four down an index, one of the row, and one to spare."""

BUYER: Final[dict[str, object]] = {"customer_id": "00000000-0000-7000-8000-000000000000"}
DAYS: Final[dict[str, object]] = {"created_from": "2026-01-01T06:00:00Z", "created_to": "2026-01-12T00:00:00Z"}
IN_ORDER: Final[list[tuple[dict[str, object], set[str]]]] = [
    ({}, {"order_summary_newest"}),
    (DAYS, {"order_summary_newest"}),
    (BUYER, {"order_summary_customer"}),
    (BUYER | DAYS, {"order_summary_customer"}),
    (BUYER | {"status": "COMPLETED"}, {"order_summary_customer_status"}),
    (BUYER | {"status": "COMPLETED"} | DAYS, {"order_summary_customer_status"}),
    ({"status": "COMPLETED"}, {"order_summary_status"}),
    ({"status": "REJECTED"}, {"order_summary_status"}),
    ({"status": "COMPLETED"} | DAYS, {"order_summary_status"}),
    ({"reference": "R99"}, {"order_summary_reference"}),
    ({"sku": "OFTEN"}, {"order_sku_pkey", "order_summary_pkey"}),
    ({"sku": "S77"}, {"order_sku_pkey", "order_summary_pkey"}),
    ({"sku": "OLD"}, {"order_sku_pkey", "order_summary_pkey"}),
    ({"sku": "OFTEN"} | DAYS, {"order_sku_pkey", "order_summary_pkey"}),
]
"""Filters, and the indexes that give their orders one after the other."""

TOTALS: Final[list[dict[str, object]]] = [
    {"min_total_cents": 1000},
    {"min_total_cents": 10900},
    {"min_total_cents": 90000000},
    {"min_total_cents": 1999, "max_total_cents": 1999},
    {"max_total_cents": 1},
    {"status": "COMPLETED", "min_total_cents": 90000000},
    {"status": "COMPLETED", "max_total_cents": 1},
    DAYS | {"min_total_cents": 10900},
]


class Page(NamedTuple):
    """What a page took: the names of the indexes, of the nodes of the plan, and blocks read from memory or disk."""

    indexes: set[str]
    nodes: set[str]
    blocks: int


@pytest.fixture(scope="module")
def listed(read_databases: Databases) -> Iterator[Connection]:
    """query-api's connection to a database with many orders, of which statistics have been taken."""
    with read_databases.one() as url:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(FILL)
            owner.execute("VACUUM ANALYZE g1.order_summary")
            owner.execute("VACUUM ANALYZE g1.order_sku")
        with psycopg.connect(as_member(url, "orders_query"), options="-csearch_path=live", autocommit=True) as asking:
            yield asking


def statements(filters: Mapping[str, object], further: bool) -> PageStatements:
    return page_statements(tuple(OrderFilters(**filters).given()), further)  # type: ignore[arg-type]


def shared(filters: Mapping[str, object], further: bool) -> str:
    text = statements(filters, further).several
    assert text is not None
    return text


def first_page(connection: Connection, filters: Mapping[str, object]) -> Page:
    return explained(connection, statements(filters, False).one, {**filters, "size": ROWS})


def deep_page(connection: Connection, filters: Mapping[str, object]) -> Page:
    """The page behind DEEP of the list."""
    return explained(connection, statements(filters, True).one, {**deep(connection, filters), "size": ROWS})


def deep(connection: Connection, filters: Mapping[str, object]) -> dict[str, object]:
    """The filters, and where DEEP of the list ends."""
    created_at, order_id = end_of_most(connection, tuple(filters.items()))
    return {**filters, "after_created_at": created_at, "after_order_id": order_id}


@cache
def end_of_most(connection: Connection, given: tuple[tuple[str, object], ...]) -> tuple[Any, Any]:
    """Time and id of the order up to which DEEP of the list goes. A list takes long to read, and does not change."""
    filters = dict(given)
    rows = connection.execute(statements(filters, False).one.encode(), {**filters, "size": ORDERS}).fetchall()
    created_at, order_id, _ = rows[int(DEEP * len(rows))]
    return created_at, order_id


def explained(connection: Connection, text: str, parameters: Mapping[str, object]) -> Page:
    """A second look, for which hint bits are set and pages are where they stay."""
    query = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}".encode()
    connection.execute(query, parameters)
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    top = row[0][0]["Plan"]
    nodes = list(all_nodes(top))
    indexes = {str(node["Index Name"]) for node in nodes if "Index Name" in node}
    blocks = int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])
    return Page(indexes, {str(node["Node Type"]) for node in nodes}, blocks)


def all_nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from all_nodes(inner)


def named(value: object) -> str:
    """The same in every process, which the order of a set is not."""
    return " ".join(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("filters", "indexes"), IN_ORDER, ids=named)
def test_every_filter_has_an_index_that_gives_its_orders_in_order(
    listed: Connection, filters: dict[str, object], indexes: set[str]
) -> None:
    for page in (first_page(listed, filters), deep_page(listed, filters)):
        assert page.indexes == indexes
        assert not page.nodes & {"Sort", "Incremental Sort", "Seq Scan", "Bitmap Heap Scan", "Hash Join"}
        assert page.blocks <= PER_ROW * ROWS


@pytest.mark.parametrize("filters", [filters for filters, _ in IN_ORDER] + TOTALS, ids=str)
def test_a_page_deep_in_the_list_reads_no_more_than_the_first(listed: Connection, filters: dict[str, object]) -> None:
    assert deep_page(listed, filters).blocks <= MORE * first_page(listed, filters).blocks + FEW


@pytest.mark.parametrize("filters", TOTALS, ids=str)
def test_totals_are_tried_among_index_entries_and_only_what_is_answered_is_read(
    listed: Connection, filters: dict[str, object]
) -> None:
    for page in (first_page(listed, filters), deep_page(listed, filters)):
        assert page.indexes <= {
            "order_summary_newest",
            "order_summary_status",
            "order_summary_total",
            "order_summary_pkey",
        }
        assert not page.nodes & {"Seq Scan", "Bitmap Heap Scan"}
        entries_per_block = 60
        assert page.blocks <= PER_ROW * ROWS + ORDERS // entries_per_block


@pytest.mark.parametrize(("filters", "indexes"), IN_ORDER, ids=named)
@pytest.mark.parametrize("pages", [2, TOGETHER])
def test_each_of_several_pages_is_read_as_it_would_be_alone(
    listed: Connection, filters: dict[str, object], indexes: set[str], pages: int
) -> None:
    for further, asked in ((False, filters), (True, deep(listed, filters))):
        together = {name: [value] * pages for name, value in {**asked, "size": ROWS}.items()}
        page = explained(listed, shared(filters, further), together)
        assert page.indexes == indexes
        assert not page.nodes & {"Sort", "Seq Scan", "Bitmap Heap Scan", "Hash Join"}
        assert page.blocks <= pages * PER_ROW * ROWS


@pytest.mark.parametrize(("filters", "indexes"), IN_ORDER, ids=named)
@pytest.mark.parametrize("further", [False, True])
def test_the_plans_that_are_kept_for_all_values_are_the_same(
    listed: Connection, filters: dict[str, object], indexes: set[str], further: bool
) -> None:
    for text in (statements(filters, further).one, shared(filters, further)):
        names = [*filters, "size", "after_created_at", "after_order_id"]
        numbered = text % {name: f"${number}" for number, name in enumerate(names, 1)}
        row = listed.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}".encode()).fetchone()
        assert row is not None
        assert {node["Index Name"] for node in all_nodes(row[0][0]["Plan"]) if "Index Name" in node} == indexes


@pytest.mark.parametrize("further", [False, True])
def test_pages_whose_plan_depends_on_values_share_no_statement(further: bool) -> None:
    planned = [("min_total_cents",), ("customer_id", "max_total_cents"), ("status", "sku"), ("customer_id", "sku")]
    assert all(page_statements(filters, further).several is None for filters in planned)
