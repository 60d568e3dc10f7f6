"""The real adapters, on a real Postgres."""

from collections.abc import Sequence

import pytest

from query_api.adapters.postgres.command_views import PostgresCommandViews
from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.order_views import PostgresOrderViews
from query_api.adapters.postgres.product_views import PostgresProductViews
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow, store_commands, store_orders, store_products
from tests.suites.query_views import CommandViewsSuite, OrderViewsSuite, ProductViewsSuite


class TestPostgresOrderViews(OrderViewsSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, orders: Sequence[OrderRow]) -> PostgresOrderViews:
        store_orders(self._url, orders)
        return PostgresOrderViews(self._database)


class TestPostgresProductViews(ProductViewsSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, products: Sequence[ProductRow]) -> PostgresProductViews:
        store_products(self._url, products)
        return PostgresProductViews(self._database)


class TestPostgresCommandViews(CommandViewsSuite):
    @pytest.fixture(autouse=True)
    def on(self, database: ReadDatabase, read_database_url: str) -> None:
        self._database, self._url = database, read_database_url

    async def holding(self, commands: Sequence[CommandRow]) -> PostgresCommandViews:
        store_commands(self._url, commands)
        return PostgresCommandViews(self._database)
