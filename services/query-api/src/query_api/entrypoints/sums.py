"""Questions whose answers are sums: of a customer, of days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from query_api.application.queries.get_customer_summary import GetCustomerSummary
from query_api.application.queries.get_sales import GetSales
from query_api.entrypoints import sums_answered
from query_api.entrypoints.parameters import path_value, query_values
from query_api.entrypoints.problems import FieldError, invalid
from query_api.entrypoints.questions import CURRENCY, CUSTOMER_ID, FRESH_PROBLEMS, FRESHNESS, FROM_DAY, TO_DAY
from query_api.entrypoints.read_route import Link, Operation
from query_api.entrypoints.reading import Reader
from query_api.entrypoints.responses import Stored

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 366


class SumEndpoints:
    """Each method answers one path."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def customer_summary(self, request: Request) -> Response:
        query_values(request.scope)
        query = GetCustomerSummary(path_value(request.scope, CUSTOMER_ID))
        read = await self._reader.read(request.scope, query)
        return Stored(sums_answered.summary_body(read.result), achieved=read.achieved)

    async def sales(self, request: Request) -> Response:
        values = query_values(request.scope, (FROM_DAY, TO_DAY, CURRENCY))
        first, last = days_asked_for(values, datetime.now(UTC).date())
        read = await self._reader.read(request.scope, GetSales(first, last, values.get(CURRENCY.name)))
        return Stored(sums_answered.sales_body(read.result), achieved=read.achieved)

    def operations(self) -> list[Operation]:
        """What these endpoints answer."""
        return [
            Operation(
                "/customers/{customer_id}/summary",
                self.customer_summary,
                sums_answered.CustomerSummary,
                "Orders",
                "What a customer has ordered",
                "How many orders, and for how much. A customer without orders has zeros, and `last_order_at` is null.",
                (CUSTOMER_ID, *FRESHNESS),
                FRESH_PROBLEMS,
                (Link("customer_orders", {"customer_id": "$response.body#/customer_id"}, "The orders."),),
            ),
            Operation(
                "/reports/sales",
                self.sales,
                sums_answered.SalesReport,
                "Reports",
                "Sales by day",
                "For each day and currency: what was confirmed on it, and what was cancelled on it. A day on which "
                "nothing was has no row.",
                (FROM_DAY, TO_DAY, CURRENCY, *FRESHNESS),
                FRESH_PROBLEMS,
            ),
        ]


def days_asked_for(values: Mapping[str, Any], today: date) -> tuple[date, date]:
    """The first day and the last, by what was given of FROM_DAY and TO_DAY. Raises Problem (422)."""
    last: date = values.get(TO_DAY.name, today)
    default = date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1))
    first: date = values.get(FROM_DAY.name, default)
    if first > last:
        raise _refused(f"is after {last}, where the report ends.")
    if last - first >= timedelta(days=MOST_DAYS):
        raise _refused(f"is {MOST_DAYS} days or more before {last}: a report has {MOST_DAYS} at most.")
    return first, last


def _refused(reason: str) -> Exception:
    return invalid([FieldError(f"/query/{FROM_DAY.name}", f"{FROM_DAY.name} {reason}")])
