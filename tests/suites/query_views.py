"""What every adapter of the ports of query-api must do, the fakes included."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from query_api.application.ports import CommandViews, OrderViews, ProductViews
from query_api.application.views import (
    CommandId,
    CustomerId,
    Document,
    OrderFilters,
    OrderId,
    OrderPosition,
    Sku,
)
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
ANNA, BERT = uuid4(), uuid4()
ORDERS = [
    OrderRow(customer_id=ANNA, created_at=NOON, total_cents=100, skus=("A", "B")),
    OrderRow(customer_id=ANNA, created_at=NOON + timedelta(microseconds=1), status="CONFIRMED", total_cents=200),
    OrderRow(customer_id=ANNA, created_at=NOON + timedelta(microseconds=2), reference="R-1", skus=("A",)),
    OrderRow(customer_id=BERT, created_at=NOON + timedelta(microseconds=3), reference="R-1", total_cents=300),
    OrderRow(customer_id=BERT, created_at=NOON + timedelta(microseconds=4), status="CONFIRMED", skus=("a",)),
]
FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [4, 3, 2, 1, 0]),
    ({"customer_id": CustomerId(ANNA)}, [2, 1, 0]),
    ({"customer_id": CustomerId(uuid4())}, []),
    ({"status": "CONFIRMED"}, [4, 1]),
    ({"sku": Sku("A")}, [2, 0]),
    ({"sku": Sku("B"), "customer_id": CustomerId(ANNA)}, [0]),
    ({"reference": "R-1"}, [3, 2]),
    ({"reference": "r-1"}, []),
    ({"created_from": NOON + timedelta(microseconds=3)}, [4, 3]),
    ({"created_to": NOON + timedelta(microseconds=1)}, [0]),
    ({"min_total_cents": 200, "max_total_cents": 300}, [3, 1]),
    ({"min_total_cents": -(2**63), "max_total_cents": 2**63 - 1}, [4, 3, 2, 1, 0]),
]


class OrderViewsSuite(ABC):
    """Subclasses say how an adapter comes to hold orders."""

    @abstractmethod
    async def holding(self, orders: Sequence[OrderRow]) -> OrderViews: ...

    async def test_an_order_is_answered_as_it_was_stored(self) -> None:
        order = OrderRow(version=7)
        views = await self.holding([order, OrderRow()])
        assert await views.order(OrderId(order.order_id)) == Document(7, order.document())

    async def test_an_unknown_order_is_none(self) -> None:
        views = await self.holding([OrderRow()])
        assert await views.order(OrderId(uuid4())) is None

    async def test_the_document_of_a_version_that_is_known_is_not_read(self) -> None:
        order = OrderRow(version=7)
        order_id = OrderId(order.order_id)
        views = await self.holding([order, OrderRow()])
        whole, left_out = Document(7, order.document()), Document(7, b"")
        asked = [views.order_unless(order_id, frozenset(known)) for known in ({7}, {6, 8}, {2, 7, 9}, {70}, {2**62})]
        assert await asyncio.gather(*asked) == [left_out, whole, left_out, whole, whole]
        assert await views.order_unless(OrderId(uuid4()), frozenset({7})) is None

    @pytest.mark.parametrize(("filters", "expected"), FILTERS)
    async def test_filters_choose_orders_newest_first(self, filters: dict[str, Any], expected: list[int]) -> None:
        views = await self.holding(ORDERS)
        page = await views.page(OrderFilters(**filters), None, 100)
        assert page.items == [ORDERS[number].summary() for number in expected]
        assert page.end is None

    @pytest.mark.parametrize("filters", [filters for filters, _ in FILTERS])
    async def test_pages_asked_for_at_once_are_those_that_each_would_be_alone(self, filters: dict[str, Any]) -> None:
        views = await self.holding(ORDERS)
        places = [None, *(OrderPosition(order.created_at, OrderId(order.order_id)) for order in ORDERS)]
        asked = [(after, size) for size in (1, 2, 5) for after in places]
        alone = [await views.page(OrderFilters(**filters), after, size) for after, size in asked]
        assert await asyncio.gather(*(views.page(OrderFilters(**filters), *one) for one in asked)) == alone

    async def test_lists_asked_for_at_once_are_each_by_its_own_values(self) -> None:
        views = await self.holding(ORDERS)
        asked = [filters for filters, _ in FILTERS]
        asked += [{"customer_id": ORDERS[4 - number].customer_id, "status": "CONFIRMED"} for number in range(5)]
        alone = [await views.page(OrderFilters(**filters), None, 2) for filters in asked]
        assert await asyncio.gather(*(views.page(OrderFilters(**filters), None, 2) for filters in asked)) == alone

    async def test_pages_cover_everything_once_even_where_moments_are_equal(self) -> None:
        orders = [OrderRow(order_id=UUID(int=number), created_at=NOON) for number in range(1, 8)]
        views = await self.holding(orders)
        seen: list[bytes] = []
        after: OrderPosition | None = None
        for _ in range(4):
            page = await views.page(OrderFilters(), after, 2)
            seen += page.items
            after = page.end
        assert seen == [order.summary() for order in reversed(orders)]
        assert after is None

    async def test_a_page_that_is_just_full_is_the_last(self) -> None:
        views = await self.holding([OrderRow(), OrderRow()])
        assert (await views.page(OrderFilters(), None, 2)).end is None

    async def test_history_comes_oldest_first_in_pages(self) -> None:
        order = OrderRow(version=5)
        views = await self.holding([order, OrderRow(version=3)])
        first = await views.history(OrderId(order.order_id), 0, 3)
        second = await views.history(OrderId(order.order_id), 3, 3)
        assert first.items + second.items == [order.history(version) for version in range(1, 6)]
        assert (first.end, second.end) == (3, None)

    async def test_an_unknown_order_has_no_history(self) -> None:
        views = await self.holding([OrderRow()])
        page = await views.history(OrderId(uuid4()), 0, 3)
        assert (page.items, page.end) == ([], None)


class ProductViewsSuite(ABC):
    """The same for products."""

    @abstractmethod
    async def holding(self, products: Sequence[ProductRow]) -> ProductViews: ...

    async def test_a_product_is_answered_as_it_was_stored_listed_or_not(self) -> None:
        products = [ProductRow(sku="Mug", version=2), ProductRow(sku="mug", version=3, listed=False)]
        views = await self.holding(products)
        assert await views.product(Sku("Mug")) == Document(2, products[0].document())
        assert await views.product(Sku("mug")) == Document(3, products[1].document())

    async def test_an_unknown_product_is_none(self) -> None:
        views = await self.holding([ProductRow(sku="MUG")])
        assert await views.product(Sku("MUGG")) is None

    async def test_listed_products_come_by_code_point_in_pages(self) -> None:
        products = [ProductRow(sku=sku, listed=sku != "D") for sku in ("a", "B", "D", "a.b", "C", "1")]
        views = await self.holding(products)
        first = await views.page(None, 3)
        second = await views.page(first.end, 3)
        assert first.items + second.items == [ProductRow(sku=sku).document() for sku in ("1", "B", "C", "a", "a.b")]
        assert (first.end, second.end) == ("C", None)


class CommandViewsSuite(ABC):
    """The same for commands."""

    @abstractmethod
    async def holding(self, commands: Sequence[CommandRow]) -> CommandViews: ...

    async def test_a_command_is_answered_as_it_was_stored_with_the_token_of_what_it_did(self) -> None:
        accepted, failed, done = CommandRow(), CommandRow(version=2), CommandRow(version=2, token="bzEuMDE")
        views = await self.holding([accepted, failed, done])
        assert await views.command(CommandId(accepted.command_id)) == Document(1, accepted.document(), None)
        assert await views.command(CommandId(failed.command_id)) == Document(2, failed.document(), None)
        assert await views.command(CommandId(done.command_id)) == Document(2, done.document(), "bzEuMDE")

    async def test_an_unknown_command_is_none(self) -> None:
        views = await self.holding([CommandRow()])
        assert await views.command(CommandId(uuid4())) is None
