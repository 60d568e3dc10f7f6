"""The unit of work on Postgres: what was saved becomes one write, or one transaction where stock is locked."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import reduce
from typing import Any, cast, overload

from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.lookup import Lookup, Wanted, read_product
from command_api.adapters.postgres.pool import Connection, Database, fetch
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.statements import LOCK_PRODUCTS, ORDER_VERSION, WRITE_ORDERS, WRITE_PRODUCTS
from command_api.adapters.postgres.writes import (
    Write,
    order_parameters,
    order_write,
    product_parameters,
    product_write,
)
from command_api.adapters.publish import publish_order_event, publish_product_event
from command_api.application.context import Context
from command_api.application.errors import StaleVersion, VersionConflict
from command_api.application.ports import Clock, Ids
from orders_contracts.codec import Metadata, encode_event, type_of
from orders_contracts.envelope import AggregateType
from orders_contracts.registry import EventData
from orders_contracts.streams import partition_of
from orders_domain.errors import DomainError, OrderNotFound, ProductNotFound
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.values import OrderId, Sku


class PostgresUnitOfWork:
    """See the port. Looks up and commits together with its neighbours, unless it holds locks."""

    def __init__(self, services: "PostgresUnitsOfWork", context: Context, stack: AsyncExitStack) -> None:
        self._services = services
        self._context = context
        self._stack = stack
        self._locking: Connection | None = None
        self._loaded: Order | None = None
        self._at: datetime = services.clock.now()
        self._orders: list[Write] = []
        self._products: list[Write] = []

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
        if self._locking is None:
            self._locking = await self._stack.enter_async_context(self._services.database.connection())
            await self._stack.enter_async_context(self._locking.transaction())
        rows = await fetch(self._locking, LOCK_PRODUCTS, {"skus": list(skus)})
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
                rows = self._log_rows("order", str(order.order_id), expected, published)
                self._orders.append(order_write(order, expected, rows, self._at))
                return order
            case Product() as product:
                if self._locking is None:
                    raise RuntimeError("a product is written under its lock")
                published = [publish_product_event(cast("ProductEvent", event)) for event in events]
                rows = self._log_rows("product", product.sku, expected, published)
                self._products.append(product_write(product, expected, rows, self._at))
                return product
            case None:
                raise ValueError("events of no aggregate")

    async def commit(self) -> None:
        if self._locking is not None:
            await self._write(self._locking, WRITE_PRODUCTS, self._products, product_parameters)
            await self._write(self._locking, WRITE_ORDERS, self._orders, order_parameters)
            await self._stack.aclose()
        elif self._orders:
            (write,) = self._orders
            await self._services.committer(write)

    async def require_still_true(self) -> None:
        """Raises VersionConflict where the order has been written while locks were waited for."""
        if self._locking is None or self._loaded is None:
            return
        rows = await fetch(self._locking, ORDER_VERSION, {"order_id": self._loaded.order_id})
        if rows != [(self._loaded.version,)]:
            raise VersionConflict

    @staticmethod
    async def _write(
        connection: Connection,
        statement: str,
        writes: list[Write],
        parameters: Callable[[list[Write]], dict[str, list[Any]]],
    ) -> None:
        if writes and len(await fetch(connection, statement, parameters(writes))) < len(writes):
            raise VersionConflict

    def _insist(self, version: int) -> None:
        if self._context.expected_version not in (None, version):
            raise StaleVersion(version)

    def _log_rows(
        self, aggregate_type: AggregateType, aggregate_id: str, expected: int, events: Sequence[EventData]
    ) -> list[tuple[Any, ...]]:
        partition = partition_of(aggregate_type, aggregate_id, self._services.partitions)
        rows = []
        for version, data in enumerate(events, start=expected + 1):
            event_id = self._services.ids.new()
            metadata = Metadata(
                event_id=event_id,
                aggregate_type=aggregate_type,
                aggregate_id=aggregate_id,
                aggregate_version=version,
                occurred_at=self._at,
                correlation_id=self._context.correlation_id,
                actor=self._context.actor,
            )
            raw = RawJson(encode_event(metadata, data))
            rows.append((partition, event_id, aggregate_type, aggregate_id, version, type_of(data), raw, self._at))
        return rows


class PostgresUnitsOfWork:
    """Begins units of work. One for the process."""

    def __init__(self, database: Database, health: Health, clock: Clock, ids: Ids, partitions: int) -> None:
        """`partitions` is how many the log has; `health` makes sure of that before the first command."""
        self.database = database
        self.health = health
        self.clock = clock
        self.ids = ids
        self.partitions = partitions
        self.lookup = Lookup(database)
        self.committer = Committer(database)

    def begin(self, context: Context) -> AbstractAsyncContextManager[PostgresUnitOfWork]:
        """A unit of work; leaving it without a commit rolls back what it locked."""
        return self._begin(context)

    @asynccontextmanager
    async def _begin(self, context: Context) -> AsyncIterator[PostgresUnitOfWork]:
        await self.health.verify()
        async with AsyncExitStack() as stack:
            unit = PostgresUnitOfWork(self, context, stack)
            try:
                yield unit
            except (DomainError, ValueError):
                await unit.require_still_true()
                raise


def _evolve(aggregate: Order | Product | None, event: OrderEvent | ProductEvent) -> Order | Product | None:
    if isinstance(event, ProductEvent):
        return evolve_product(cast("Product | None", aggregate), event)
    return evolve(cast("Order | None", aggregate), event)
