"""The ports of query-api, in memory."""

from query_api.application.views import (
    CommandId,
    Document,
    HistoryPage,
    OrderFilters,
    OrderId,
    OrderPage,
    OrderPosition,
    ProductPage,
    ProjectionProgress,
    Sku,
)
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow


class InMemoryOrderViews:
    """The port OrderViews. `put` is what the projector does."""

    def __init__(self) -> None:
        self._orders: dict[OrderId, OrderRow] = {}
        self.looks = 0

    def put(self, order: OrderRow) -> None:
        self._orders[OrderId(order.order_id)] = order

    async def order(self, order_id: OrderId) -> Document | None:
        self.looks += 1
        order = self._orders.get(order_id)
        return None if order is None else Document(order.version, order.document())

    async def order_unless(self, order_id: OrderId, known: frozenset[int]) -> Document | None:
        document = await self.order(order_id)
        return Document(document.version, b"") if document and document.version in known else document

    async def page(self, filters: OrderFilters, after: OrderPosition | None, size: int) -> OrderPage:
        found = sorted((one for one in self._orders.values() if _passes(one, filters)), key=_place, reverse=True)
        rest = [one for one in found if after is None or _place(one) < (after.created_at, after.order_id)]
        shown = rest[:size]
        end = OrderPosition(shown[-1].created_at, OrderId(shown[-1].order_id)) if len(rest) > size else None
        return OrderPage([one.summary() for one in shown], end)

    async def history(self, order_id: OrderId, after: int, size: int) -> HistoryPage:
        order = self._orders.get(order_id)
        versions = [] if order is None else list(range(after + 1, order.version + 1))
        shown = versions[:size]
        items = [order.history(version) for version in shown] if order is not None else []
        return HistoryPage(items, shown[-1] if len(versions) > size else None)


class InMemoryProductViews:
    """The port ProductViews."""

    def __init__(self) -> None:
        self._products: dict[Sku, ProductRow] = {}

    def put(self, product: ProductRow) -> None:
        self._products[Sku(product.sku)] = product

    async def product(self, sku: Sku) -> Document | None:
        product = self._products.get(sku)
        return None if product is None else Document(product.version, product.document())

    async def page(self, after: Sku | None, size: int) -> ProductPage:
        listed = sorted(sku for sku, product in self._products.items() if product.listed and sku > (after or ""))
        shown = listed[:size]
        end = shown[-1] if len(listed) > size else None
        return ProductPage([self._products[sku].document() for sku in shown], end)


class InMemoryCommandViews:
    """The port CommandViews."""

    def __init__(self) -> None:
        self._commands: dict[CommandId, CommandRow] = {}
        self.looks = 0

    def put(self, command: CommandRow) -> None:
        self._commands[CommandId(command.command_id)] = command

    async def command(self, command_id: CommandId) -> Document | None:
        self.looks += 1
        command = self._commands.get(command_id)
        return None if command is None else Document(command.version, command.document(), command.token)


class InMemoryProjections:
    """The port Projections."""

    def __init__(self, progress: ProjectionProgress) -> None:
        self._progress = progress

    async def progress(self) -> ProjectionProgress:
        return self._progress


def _place(order: OrderRow) -> tuple[object, object]:
    return order.created_at, order.order_id


def _passes(order: OrderRow, filters: OrderFilters) -> bool:
    return (
        filters.customer_id in {None, order.customer_id}
        and filters.status in {None, order.status}
        and filters.reference in {None, order.reference}
        and (filters.sku is None or filters.sku in order.skus)
        and (filters.created_from is None or order.created_at >= filters.created_from)
        and (filters.created_to is None or order.created_at < filters.created_to)
        and (filters.min_total_cents is None or order.total_cents >= filters.min_total_cents)
        and (filters.max_total_cents is None or order.total_cents <= filters.max_total_cents)
    )
