"""Orders in memory by how long nobody has touched them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from command_api.application.expiry import IdleOrder
from orders_domain.order import Order
from orders_domain.values import OrderId, OrderStatus


class InMemoryIdleOrders:
    """See the port. Looks through `orders`; `touched_at` has to be told when each of them was changed last."""

    def __init__(self, orders: Mapping[OrderId, Order]) -> None:
        self._orders = orders
        self.touched_at: dict[OrderId, datetime] = {}

    async def untouched(
        self, status: OrderStatus, since: datetime, *, after: OrderId | None, most: int
    ) -> Sequence[IdleOrder]:
        idle = [
            IdleOrder(order_id, order.version)
            for order_id, order in sorted(self._orders.items())
            if order.status is status and self.touched_at[order_id] < since and (after is None or order_id > after)
        ]
        return idle[:most]
