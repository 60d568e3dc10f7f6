"""Answers that are sums, as the OpenAPI document describes them and as they are written."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from orders_contracts.timestamps import timestamp
from query_api.application import sums
from query_api.entrypoints.answered import Answered, Cents, Currency, CustomerIdField, Moment


class Spent(Answered):
    currency: Currency
    cents: Cents


class CustomerSummary(Answered):
    customer_id: CustomerIdField
    orders: Annotated[int, Field(description="All that were created, whatever became of them.")]
    confirmed_orders: Annotated[int, Field(description="Those that are confirmed or completed now.")]
    spent: Annotated[
        list[Spent], Field(description="By currency: what the totals of these add up to, less what was cancelled.")
    ]
    last_order_at: Annotated[Moment | None, Field(description="When the last order was created.")]


class SalesDay(Answered):
    day: Annotated[date, Field(description="In UTC.", examples=["2026-11-22"])]
    currency: Currency
    orders: Annotated[int, Field(description="Confirmed on this day.")]
    units: int
    revenue_cents: Cents
    cancelled_orders: Annotated[int, Field(description="Cancelled on this day after they were confirmed, at any time.")]
    cancelled_units: Annotated[int, Field(description="Those of cancelled orders, and single ones.")]
    cancelled_cents: Cents


class SalesReport(Answered):
    items: list[SalesDay]


def summary_body(summary: sums.CustomerSummary) -> bytes:
    """The body of CustomerSummary."""
    last = summary.last_order_at
    return _written(
        {
            **asdict(summary),
            "customer_id": str(summary.customer_id),
            "last_order_at": None if last is None else timestamp(last),
        }
    )


def sales_body(days: Sequence[sums.SalesDay]) -> bytes:
    """The body of SalesReport."""
    return _written({"items": [{**asdict(one), "day": one.day.isoformat()} for one in days]})


def _written(value: dict[str, Any]) -> bytes:
    # Not with orjson, which refuses integers of more than 64 bits.
    return json.dumps(value, separators=(",", ":")).encode()
