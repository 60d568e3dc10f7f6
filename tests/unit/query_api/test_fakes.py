"""The fakes do what the real adapters do."""

from collections.abc import Sequence

from tests.fakes.query_views import InMemoryOrderViews, InMemoryProductViews
from tests.suites.query_rows import OrderRow, ProductRow
from tests.suites.query_views import OrderViewsSuite, ProductViewsSuite


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
