"""Who did what to an order, and when: every event of it, oldest first."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.errors import OrderNotFound
from query_api.application.ports import OrderViews
from query_api.application.views import HistoryPage, OrderId


@dataclass(frozen=True, slots=True)
class OrderHistory(Query[HistoryPage]):
    order_id: OrderId
    after: int
    size: int


class OrderHistoryHandler:
    def __init__(self, orders: OrderViews) -> None:
        self._orders = orders

    async def __call__(self, query: OrderHistory) -> HistoryPage:
        """Raises OrderNotFound. Every order has a first event, so an empty first page means that there is none."""
        page = await self._orders.history(query.order_id, query.after, query.size)
        if not page.items and query.after == 0:
            raise OrderNotFound(str(query.order_id))
        return page
