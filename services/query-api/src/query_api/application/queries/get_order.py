"""One order, whole."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.errors import OrderNotFound
from query_api.application.ports import OrderViews
from query_api.application.views import Document, OrderId


@dataclass(frozen=True, slots=True)
class GetOrder(Query[Document]):
    order_id: OrderId


class GetOrderHandler:
    def __init__(self, orders: OrderViews) -> None:
        self._orders = orders

    async def __call__(self, query: GetOrder) -> Document:
        """Raises OrderNotFound."""
        document = await self._orders.order(query.order_id)
        if document is None:
            raise OrderNotFound(str(query.order_id))
        return document
