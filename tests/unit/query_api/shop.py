"""A shop of read models in memory, in which questions can be asked as of a version."""

import asyncio
from typing import Any, Final
from uuid import UUID

from orders_contracts.consistency import ConsistencyToken
from query_api.application.bus import Query, QueryBus
from query_api.application.fresh import Answer, AsOf
from query_api.application.ports import Sources
from query_api.application.queries.get_order import GetOrder
from query_api.application.queries.list_orders import ListOrders
from query_api.application.queries.order_history import OrderHistory
from query_api.application.views import OrderFilters, OrderId, ProjectionProgress
from query_api.application.waiting_room import WaitingRoom
from query_api.composition import bus_of
from tests.fakes.query_following import InMemoryOrderChanges, InMemoryParkedAggregates
from tests.fakes.query_sums import InMemoryCustomerSums, InMemorySalesSums
from tests.fakes.query_views import InMemoryCommandViews, InMemoryOrderViews, InMemoryProductViews, InMemoryProjections
from tests.suites.query_rows import OrderRow

ORDER_ID: Final = UUID(int=1)
EVERYTHING: Final = ListOrders(OrderFilters(), None, 10)
ABOUT_IT: Final[list[Query[Any]]] = [GetOrder(OrderId(ORDER_ID)), OrderHistory(OrderId(ORDER_ID), 0, 10)]


class Shop:
    """Read models in memory, and those who wait for them."""

    def __init__(self, room_for: int = 100) -> None:
        self.orders = InMemoryOrderViews()
        self.products = InMemoryProductViews()
        self.commands = InMemoryCommandViews()
        self.parked = InMemoryParkedAggregates()
        self.room = WaitingRoom(room_for)
        self._bus = self._bus_on(self.orders)

    def _bus_on(self, orders: InMemoryOrderViews) -> QueryBus:
        projections = InMemoryProjections(ProjectionProgress("g1", None, [], None))
        changes = InMemoryOrderChanges(orders)
        customers, sales = InMemoryCustomerSums(), InMemorySalesSums()
        views = (orders, changes, self.products, self.commands)
        sources = Sources(*views, customers, sales, projections, self.parked)
        return bus_of(sources, self.room)

    def look_up_in(self, orders: InMemoryOrderViews) -> None:
        self.orders = orders
        self._bus = self._bus_on(orders)

    async def ask(
        self, query: Query[Any], version: int, *, patience: float = 0, lenient: bool = False, order_id: UUID = ORDER_ID
    ) -> Answer[Any]:
        return await self._bus.dispatch(
            AsOf(query, ConsistencyToken("order", str(order_id), version), patience, lenient)
        )

    async def ask_product(self, query: Query[Any], version: int) -> Answer[Any]:
        return await self._bus.dispatch(AsOf(query, ConsistencyToken("product", "MUG", version), 0, lenient=False))

    async def ask_command(self, query: Query[Any], command_id: UUID, version: int, *, lenient: bool) -> Answer[Any]:
        token = ConsistencyToken("command", str(command_id), version)
        return await self._bus.dispatch(AsOf(query, token, 0, lenient))

    def arrive(self, version: int) -> None:
        self.orders.put(OrderRow(order_id=ORDER_ID, version=version))
        self.room.announce("order", str(ORDER_ID), version)


async def turns() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)
