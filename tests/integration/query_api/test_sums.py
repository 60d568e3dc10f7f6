"""Sums over HTTP, answered from a real read database; and the real adapters, held to what every adapter must do."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.sums import PostgresCustomerSums, PostgresSalesSums
from query_api.application.sums import SalesDay
from tests.suites.query_rows import OrderRow, store_orders
from tests.suites.query_sums import (
    ANNA,
    MUCH,
    NOON,
    CustomerRow,
    CustomerSumsSuite,
    SalesSumsSuite,
    sold,
    store_customers,
    store_sales,
)

PREFIXES = ["/api/v1", "/queries"]


class TestPostgresCustomerSums(CustomerSumsSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, rows: Sequence[CustomerRow]) -> PostgresCustomerSums:
        store_customers(self._url, rows)
        return PostgresCustomerSums(self._database)


class TestPostgresSalesSums(SalesSumsSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, rows: Sequence[SalesDay]) -> PostgresSalesSums:
        store_sales(self._url, rows)
        return PostgresSalesSums(self._database)


def today() -> date:
    return datetime.now(UTC).date()


async def days_of(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get(f"/api/v1/reports/sales{query}")
    assert answer.status_code == 200, answer.text
    return [item["day"] for item in answer.json()["items"]]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_customer_s_orders_are_told_in_figures(
    client: httpx.AsyncClient, read_database_url: str, prefix: str
) -> None:
    store_customers(
        read_database_url,
        [CustomerRow(ANNA, "EUR", 5, 4, MUCH, NOON), CustomerRow(ANNA, "CHF", 1, 0, 0, NOON + timedelta(days=1))],
    )
    answer = await client.get(f"{prefix}/customers/{str(ANNA).upper()}/summary")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "customer_id": str(ANNA),
        "orders": 6,
        "confirmed_orders": 4,
        "spent": [{"currency": "EUR", "cents": MUCH}],
        "last_order_at": "2026-11-23T12:00:00.000120Z",
    }


async def test_a_customer_without_orders_has_zeros(client: httpx.AsyncClient) -> None:
    nobody = str(uuid4())
    answer = await client.get(f"/api/v1/customers/{nobody}/summary")
    expected = {"customer_id": nobody, "orders": 0, "confirmed_orders": 0, "spent": [], "last_order_at": None}
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_sales_are_told_by_day_and_currency(
    client: httpx.AsyncClient, read_database_url: str, prefix: str
) -> None:
    day = date(2026, 11, 22)
    store_sales(read_database_url, [sold(day, "USD"), sold(day, "EUR", orders=3)])
    answer = await client.get(f"{prefix}/reports/sales?from=2026-11-22&to=2026-11-22&currency=EUR")
    row = {"day": "2026-11-22", "currency": "EUR", "orders": 3, "units": 6, "revenue_cents": 3_000}
    cancelled = {"cancelled_orders": 1, "cancelled_units": 3, "cancelled_cents": 500}
    assert (answer.status_code, answer.json()) == (200, {"items": [row | cancelled]})


async def test_without_days_a_report_is_of_the_last_30(client: httpx.AsyncClient, read_database_url: str) -> None:
    begun = today()
    store_sales(read_database_url, [sold(begun - timedelta(days=ago)) for ago in range(-1, 40)])
    seen = await days_of(client, "")
    ended = today()
    expected = [[str(end - timedelta(days=ago)) for ago in range(29, -1, -1)] for end in (begun, ended)]
    assert seen in expected
    assert len(await days_of(client, f"?to={begun - timedelta(days=5)}")) == 30
    assert len(await days_of(client, f"?from={begun - timedelta(days=2)}&to={begun}")) == 3


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-31", "/query/from"),
        ("from=20261122", "/query/from"),
        ("to=2026-11-22T00:00:00Z", "/query/to"),
        ("to=", "/query/to"),
        ("from=2026-11-23&to=2026-11-22", "/query/from"),
        ("from=2025-11-22&to=2026-11-23", "/query/from"),
        ("from=2020-01-01", "/query/from"),
        ("currency=eur", "/query/currency"),
        ("currency=EURO", "/query/currency"),
        ("page_size=1", "/query/page_size"),
    ],
)
async def test_days_and_currencies_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, query: str, pointer: str
) -> None:
    answer = await client.get(f"/api/v1/reports/sales?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("query", ["from=2024-01-01&to=2024-12-31", "to=0001-01-01", "from=9999-12-31&to=9999-12-31"])
async def test_a_whole_leap_year_and_the_ends_of_time_can_be_asked_for(client: httpx.AsyncClient, query: str) -> None:
    assert await days_of(client, f"?{query}") == []


async def test_a_customer_id_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/customers/anna/summary")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/path/customer_id")


@pytest.mark.parametrize("path", [f"/customers/{ANNA}/summary", "/reports/sales"])
async def test_sums_are_answered_as_of_a_version_or_said_to_be_older(
    client: httpx.AsyncClient, read_database_url: str, path: str
) -> None:
    order = OrderRow(version=2, customer_id=ANNA)
    store_orders(read_database_url, [order])

    async def asked(version: int, prefer: str) -> httpx.Response:
        token = encode_token(ConsistencyToken("order", str(order.order_id), version))
        return await client.get(f"/api/v1{path}", headers={"Consistency-Token": token, "Prefer": prefer})

    there, missing, older = (
        await asked(2, "wait=0"),
        await asked(3, "wait=0"),
        await asked(3, "wait=0, handling=lenient"),
    )
    assert (there.status_code, "consistency-achieved" in there.headers) == (200, False)
    assert (missing.status_code, missing.json()["code"]) == (503, "read_model_behind")
    assert (older.status_code, older.headers["consistency-achieved"]) == (200, "false")


async def test_every_sum_is_told_in_whole_numbers(client: httpx.AsyncClient, read_database_url: str) -> None:
    day = date(2026, 11, 22)
    store_sales(read_database_url, [SalesDay(day, "EUR", 1, 2, MUCH, 3, 4, MUCH + 1)])
    answer = await client.get("/api/v1/reports/sales?from=2026-11-22&to=2026-11-22")
    (row,) = answer.json()["items"]
    sums: dict[str, Any] = {name: value for name, value in row.items() if name not in {"day", "currency"}}
    assert [type(value) for value in sums.values()] == [int] * 6
    assert (row["revenue_cents"], row["cancelled_cents"]) == (MUCH, MUCH + 1)
