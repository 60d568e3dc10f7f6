"""How much a customer has ordered."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.ports import CustomerSums
from query_api.application.sums import CustomerSummary
from query_api.application.views import CustomerId


@dataclass(frozen=True, slots=True)
class GetCustomerSummary(Query[CustomerSummary]):
    customer_id: CustomerId


class GetCustomerSummaryHandler:
    def __init__(self, customers: CustomerSums) -> None:
        self._customers = customers

    async def __call__(self, query: GetCustomerSummary) -> CustomerSummary:
        """Never raises that there is no such customer: whoever has not ordered yet is none here."""
        return await self._customers.summary(query.customer_id)
