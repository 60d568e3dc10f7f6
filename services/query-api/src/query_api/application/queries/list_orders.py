"""A page of orders, newest first; those of one customer are the ones with that `customer_id`."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.ports import OrderViews
from query_api.application.views import OrderFilters, OrderPage, OrderPosition


@dataclass(frozen=True, slots=True)
class ListOrders(Query[OrderPage]):
    filters: OrderFilters
    after: OrderPosition | None
    size: int


class ListOrdersHandler:
    def __init__(self, orders: OrderViews) -> None:
        self._orders = orders

    async def __call__(self, query: ListOrders) -> OrderPage:
        return await self._orders.page(query.filters, query.after, query.size)
