"""The ports of sums, in memory."""

from collections.abc import Iterable
from datetime import date

from query_api.application.sums import CustomerSummary, SalesDay, Spent
from query_api.application.views import CustomerId
from tests.suites.query_sums import CustomerRow


class InMemoryCustomerSums:
    """The port CustomerSums."""

    def __init__(self, rows: Iterable[CustomerRow] = ()) -> None:
        self._rows = sorted(rows, key=lambda row: row.currency)

    async def summary(self, customer_id: CustomerId) -> CustomerSummary:
        his = [row for row in self._rows if row.customer_id == customer_id]
        spent = [Spent(row.currency, row.spent_cents) for row in his if row.confirmed_orders > 0]
        confirmed = sum(row.confirmed_orders for row in his)
        last = max((row.last_order_at for row in his), default=None)
        return CustomerSummary(customer_id, sum(row.orders for row in his), confirmed, spent, last)


class InMemorySalesSums:
    """The port SalesSums."""

    def __init__(self, rows: Iterable[SalesDay] = ()) -> None:
        self._rows = sorted(rows, key=lambda row: (row.day, row.currency))

    async def days(self, first: date, last: date, currency: str | None) -> list[SalesDay]:
        return [row for row in self._rows if first <= row.day <= last and currency in {None, row.currency}]
