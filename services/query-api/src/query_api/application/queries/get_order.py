"""One order, whole."""

from dataclasses import dataclass, field

from query_api.application.bus import Query
from query_api.application.errors import OrderNotFound
from query_api.application.ports import OrderViews
from query_api.application.views import Document, OrderId


@dataclass(frozen=True, slots=True)
class GetOrder(Query[Document]):
    """`known` are versions that the asker has: where the order is at one of them, the body may be left empty."""

    order_id: OrderId
    known: frozenset[int] = field(default=frozenset(), compare=False)


class GetOrderHandler:
    def __init__(self, orders: OrderViews) -> None:
        self._orders = orders

    async def __call__(self, query: GetOrder) -> Document:
        """Raises OrderNotFound."""
        order_id, known = query.order_id, query.known
        document = await (self._orders.order_unless(order_id, known) if known else self._orders.order(order_id))
        if document is None:
            raise OrderNotFound(str(query.order_id))
        return document
