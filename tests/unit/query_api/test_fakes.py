"""The fakes do what the real adapters do."""

from collections.abc import Sequence

from tests.fakes.query_views import InMemoryCommandViews, InMemoryOrderViews, InMemoryProductViews
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow
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
