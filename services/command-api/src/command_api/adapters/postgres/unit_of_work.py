"""The unit of work on Postgres: what was saved becomes one write, or one transaction where stock is locked."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial, reduce
from typing import Any, cast, overload

from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.inventory_moves import InventoryMoves
from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.lookup import Lookup, Wanted, read_product
from command_api.adapters.postgres.order_writes import OrderWrite, write_alone
from command_api.adapters.postgres.pool import Connection, Database, fetch
from command_api.adapters.postgres.statements import LOCK_PRODUCTS, ORDER_VERSION, WRITE_PRODUCTS
from command_api.adapters.postgres.writes import (
    Write,
    order_write,
    product_parameters,
    product_write,
)
from command_api.adapters.publish import publish_order_event
from command_api.adapters.publish_products import publish_product_event
from command_api.application.context import Context
from command_api.application.errors import StaleVersion, VersionConflict
from command_api.application.idempotency import StoredAnswer
from command_api.application.ports import Clock, Ids, StockMove
from orders_contracts.envelope import AggregateType
from orders_contracts.registry import EventData
from orders_domain.errors import DomainError, OrderNotFound, ProductNotFound
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.values import OrderId, Sku


class PostgresUnitOfWork:
    """See the port. Looks up and commits together with its neighbours, unless it holds locks."""

    def __init__(
        self, services: "PostgresUnitsOfWork", context: Context, stack: AsyncExitStack, moves: InventoryMoves
    ) -> None:
        self._services = services
        self._context = context
        self._stack = stack
        self._locking: Connection | None = None
        self._loaded: Order | None = None
        self._agreed = False
        self._at: datetime = services.clock.now()
        self._orders: list[Write] = []
        self._products: list[Write] = []
        self._moves = moves

    async def order(self, order_id: OrderId) -> Order:
        order, _ = await self.order_and_products(order_id, ())
        return order

    async def products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        found = await self._services.lookup(Wanted(None, skus))
        return found.products

    async def order_and_products(self, order_id: OrderId, skus: Collection[Sku]) -> tuple[Order, Mapping[Sku, Product]]:
        found = await self._services.lookup(Wanted(order_id, skus))
        if found.order is None:
            raise OrderNotFound(order_id)
        self._insist(found.order.version)
        self._loaded = found.order
        return found.order, found.products

    async def lock_products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        rows = await fetch(await self._transaction(), LOCK_PRODUCTS, {"skus": list(skus)})
        return {product.sku: product for product in map(read_product, rows)}

    async def lock_product(self, sku: Sku) -> Product:
        product = (await self.lock_products([sku])).get(sku)
        if product is None:
            raise ProductNotFound(sku)
        self._insist(product.version)
        return product

    async def lock_product_or_none(self, sku: Sku) -> Product | None:
        product = (await self.lock_products([sku])).get(sku)
        self._insist(0 if product is None else product.version)
        return product

    @overload
    def save(self, aggregate: Order | None, events: Sequence[OrderEvent]) -> Order: ...
    @overload
    def save(self, aggregate: Product | None, events: Sequence[ProductEvent]) -> Product: ...
    def save(
        self, aggregate: Order | Product | None, events: Sequence[OrderEvent] | Sequence[ProductEvent]
    ) -> Order | Product:
        if not events:
            if aggregate is None:
                raise ValueError("a new aggregate begins with an event")
            return aggregate
        expected = 0 if aggregate is None else aggregate.version
        match reduce(_evolve, events, aggregate):
            case Order() as order:
                published = [publish_order_event(cast("OrderEvent", event)) for event in events]
                rows = self._log("order", str(order.order_id), expected, published)
                self._orders.append(order_write(order, expected, rows, self._at))
                return order
            case Product() as product:
                if self._locking is None:
                    raise RuntimeError("a product is written under its lock")
                published = [publish_product_event(cast("ProductEvent", event)) for event in events]
                rows = self._log("product", product.sku, expected, published)
                self._products.append(product_write(product, expected, rows, self._at))
                return product
            case None:
                raise ValueError("events of no aggregate")

    def keep(self, reservation: int, otherwise: Callable[[], Awaitable[None]]) -> None:
        self._moves.keep(reservation, otherwise)

    def tell_inventory(self, move: StockMove) -> None:
        self._moves.tell(move)

    async def commit(self) -> None:
        self._agreed = True
        if self._context.idempotency is None:
            await self._write(None)

    async def commit_with(self, stored: StoredAnswer) -> None:
        await (self._write(stored) if self._agreed else self._services.committer(OrderWrite(None, stored)))

    async def answered(self, scope: bytes) -> StoredAnswer | None:
        return await self._services.answers(scope)

    async def _write(self, stored: StoredAnswer | None) -> None:
        (order,) = self._orders or (None,)
        write = OrderWrite(order, stored)
        if self._locking is None and not self._moves:
            if any(write):
                await self._services.committer(write)
            return
        try:
            await self._write_in_transaction(await self._transaction(), write)
        except BaseException as error:
            await self._stack.__aexit__(type(error), error, error.__traceback__)  # nothing, whoever catches it
            raise
        await self._stack.aclose()

    async def _write_in_transaction(self, connection: Connection, write: OrderWrite) -> None:
        await self._moves.write(connection)
        if self._products:
            written = await fetch(connection, WRITE_PRODUCTS, product_parameters(self._products))
            if len(written) < len(self._products):
                raise VersionConflict
        end = await write_alone(partial(fetch, connection), write) if any(write) else None
        if end is not None:
            raise end

    async def _transaction(self) -> Connection:
        if self._locking is None:
            self._locking = await self._stack.enter_async_context(self._services.database.connection())
            await self._stack.enter_async_context(self._locking.transaction())
        return self._locking

    async def require_still_true(self) -> None:
        """Raises VersionConflict where the order has been written while locks, or an inventory, were waited for."""
        if self._loaded is None or (self._locking is None and not self._moves.reserves):
            return
        rows = await fetch(await self._transaction(), ORDER_VERSION, {"order_id": self._loaded.order_id})
        if rows != [(self._loaded.version,)]:
            raise VersionConflict

    def _insist(self, version: int) -> None:
        if self._context.expected_version not in (None, version):
            raise StaleVersion(version)

    def _log(self, kind: AggregateType, key: str, expected: int, events: Sequence[EventData]) -> list[tuple[Any, ...]]:
        return self._services.log.of(kind, key, expected, events, at=self._at, context=self._context)


class PostgresUnitsOfWork:
    """Begins units of work. One for the process."""

    def __init__(
        self,
        database: Database,
        health: Health,
        clock: Clock,
        ids: Ids,
        partitions: int,
        *,
        stock_elsewhere: bool = False,
    ) -> None:
        """`partitions` is how many the log has; `health` makes sure of that before the first command."""
        self.database = database
        self.health = health
        self.clock = clock
        self.log = LogRows(ids, partitions)
        self.lookup = Lookup(database, stock_elsewhere=stock_elsewhere)
        self.committer = Committer(database)
        self.answers = Answers(database)

    def begin(self, context: Context) -> AbstractAsyncContextManager[PostgresUnitOfWork]:
        """A unit of work; leaving it without a commit rolls back what it locked."""
        return self._begin(context)

    @asynccontextmanager
    async def _begin(self, context: Context) -> AsyncIterator[PostgresUnitOfWork]:
        await self.health.verify()
        async with InventoryMoves() as moves, AsyncExitStack() as stack:
            unit = PostgresUnitOfWork(self, context, stack, moves)
            try:
                yield unit
            except (DomainError, ValueError):
                await unit.require_still_true()
                raise


def _evolve(aggregate: Order | Product | None, event: OrderEvent | ProductEvent) -> Order | Product | None:
    if isinstance(event, ProductEvent):
        return evolve_product(cast("Product | None", aggregate), event)
    return evolve(cast("Order | None", aggregate), event)
