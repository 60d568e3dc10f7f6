"""What was sold, day by day."""

from dataclasses import dataclass
from datetime import date

from query_api.application.bus import Query
from query_api.application.ports import SalesSums
from query_api.application.sums import SalesDay


@dataclass(frozen=True, slots=True)
class GetSales(Query[list[SalesDay]]):
    """From the `first` day to the `last`, both included; of one currency, or of all."""

    first: date
    last: date
    currency: str | None


class GetSalesHandler:
    def __init__(self, sales: SalesSums) -> None:
        self._sales = sales

    async def __call__(self, query: GetSales) -> list[SalesDay]:
        return await self._sales.days(query.first, query.last, query.currency)
