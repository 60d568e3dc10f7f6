"""What happens to an order from now on, or from a version on that the asker has seen."""

from dataclasses import dataclass
from functools import partial

from query_api.application.bus import Query
from query_api.application.errors import OrderNotFound
from query_api.application.following import Following
from query_api.application.ports import OrderChanges, OrderViews
from query_api.application.views import OrderId
from query_api.application.waiting_room import WaitingRoom


@dataclass(frozen=True, slots=True)
class FollowOrder(Query[Following]):
    """`after` is the last version that the asker has; None: the present one comes first."""

    order_id: OrderId
    after: int | None


class FollowOrderHandler:
    def __init__(self, orders: OrderViews, changes: OrderChanges, room: WaitingRoom) -> None:
        self._orders = orders
        self._changes = changes
        self._room = room

    async def __call__(self, query: FollowOrder) -> Following:
        """Raises OrderNotFound."""
        order_id = query.order_id
        document = await self._orders.order(order_id)
        if document is None:
            raise OrderNotFound(str(order_id))
        after = document.version - 1 if query.after is None else query.after
        return Following(self._room, ("order", str(order_id)), after, partial(self._changes.behind, order_id))
