"""What streams and reads that wait ask, in memory."""

from collections.abc import Sequence

from orders_contracts.consistency import ConsistencyToken
from query_api.application.errors import Unavailable
from query_api.application.views import CHANGES_AT_ONCE, Change, OrderId
from tests.fakes.query_views import InMemoryOrderViews


class InMemoryOrderChanges:
    """The port OrderChanges, about the orders that the views hold. `away` is a database that does not answer."""

    def __init__(self, orders: InMemoryOrderViews) -> None:
        self._orders = orders
        self.looks = 0
        self.away = False

    async def behind(self, order_id: OrderId, version: int) -> Sequence[Change]:
        self.looks += 1
        if self.away:
            raise Unavailable("The read database does not answer.")
        page = await self._orders.history(order_id, version, CHANGES_AT_ONCE)
        return [Change(number, body) for number, body in enumerate(page.items, version + 1)]


class InMemoryParkedAggregates:
    """The port ParkedAggregates. `park` is what the projector does."""

    def __init__(self) -> None:
        self._events: list[tuple[str, str, int | None]] = []
        self.asked = 0

    def park(self, aggregate_type: str, aggregate_id: str, version: int | None) -> None:
        """None: a version that could not be read."""
        self._events.append((aggregate_type, aggregate_id, version))

    async def holds(self, token: ConsistencyToken) -> bool:
        self.asked += 1
        return any(
            (aggregate_type, aggregate_id) == token[:2] and (version or 0) <= token.version
            for aggregate_type, aggregate_id, version in self._events
        )
