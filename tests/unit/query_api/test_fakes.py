"""The fakes do what the real adapters do."""

from collections.abc import Sequence

from query_api.application.sums import SalesDay
from tests.fakes.query_following import InMemoryOrderChanges, InMemoryParkedAggregates
from tests.fakes.query_sums import InMemoryCustomerSums, InMemorySalesSums
from tests.fakes.query_views import InMemoryCommandViews, InMemoryOrderViews, InMemoryProductViews
from tests.suites.query_following import OrderChangesSuite, ParkedAggregatesSuite
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow
from tests.suites.query_sums import CustomerRow, CustomerSumsSuite, SalesSumsSuite
from tests.suites.query_views import CommandViewsSuite, OrderViewsSuite, ProductViewsSuite


class TestInMemoryOrderViews(OrderViewsSuite):
    async def holding(self, orders: Sequence[OrderRow]) -> InMemoryOrderViews:
        views = InMemoryOrderViews()
        for order in orders:
            views.put(order)
        return views


class TestInMemoryProductViews(ProductViewsSuite):
    async def holding(self, products: Sequence[ProductRow]) -> InMemoryProductViews:
        views = InMemoryProductViews()
        for product in products:
            views.put(product)
        return views


class TestInMemoryCommandViews(CommandViewsSuite):
    async def holding(self, commands: Sequence[CommandRow]) -> InMemoryCommandViews:
        views = InMemoryCommandViews()
        for command in commands:
            views.put(command)
        return views


class TestInMemoryOrderChanges(OrderChangesSuite):
    async def holding(self, orders: Sequence[OrderRow]) -> InMemoryOrderChanges:
        views = InMemoryOrderViews()
        for order in orders:
            views.put(order)
        return InMemoryOrderChanges(views)


class TestInMemoryParkedAggregates(ParkedAggregatesSuite):
    async def parking(self, events: Sequence[tuple[str, str, int | None]]) -> InMemoryParkedAggregates:
        parked = InMemoryParkedAggregates()
        for event in events:
            parked.park(*event)
        return parked


class TestInMemoryCustomerSums(CustomerSumsSuite):
    async def holding(self, rows: Sequence[CustomerRow]) -> InMemoryCustomerSums:
        return InMemoryCustomerSums(rows)


class TestInMemorySalesSums(SalesSumsSuite):
    async def holding(self, rows: Sequence[SalesDay]) -> InMemorySalesSums:
        return InMemorySalesSums(rows)
