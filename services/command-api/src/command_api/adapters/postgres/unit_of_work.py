"""The unit of work on Postgres: what was saved becomes one write, or one transaction where stock is locked."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import overload

from command_api.adapters.postgres.accepted import PostgresAcceptedCommands
from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.inventory_moves import InventoryMoves
from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.lookup import Lookup, Wanted, read_product
from command_api.adapters.postgres.order_writes import OrderWrite, write_alone
from command_api.adapters.postgres.pool import Connection, Database, fetch
from command_api.adapters.postgres.saved import Saved
from command_api.adapters.postgres.statements import LOCK_PRODUCTS, ORDER_VERSION, WRITE_PRODUCTS
from command_api.adapters.postgres.writes import product_parameters
from command_api.application.context import Context
from command_api.application.errors import StaleVersion, VersionConflict
from command_api.application.idempotency import StoredAnswer
from command_api.application.later import Ended, StoredCommand
from command_api.application.ports import Clock, StockMove
from orders_domain.errors import OrderNotFound, ProductNotFound
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True)
class Services:
    """What all units of work of a process share."""

    database: Database
    clock: Clock
    log: LogRows
    lookup: Lookup
    committer: Committer
    answers: Answers
    accepted: PostgresAcceptedCommands


class PostgresUnitOfWork:
    """See the port. Looks up and commits together with its neighbours, unless it holds locks."""

    def __init__(self, services: Services, context: Context, stack: AsyncExitStack, moves: InventoryMoves) -> None:
        self._services = services
        self._context = context
        self._stack = stack
        self._locking: Connection | None = None
        self._loaded: Order | None = None
        self._agreed = False
        self._saved = Saved(services.log, context, services.clock)
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
        saved = self._saved.save(aggregate, events)
        if self._saved.products and self._locking is None:
            raise RuntimeError("a product is written under its lock")
        return saved

    def accept(self, stored: StoredCommand) -> None:
        self._saved.accept(stored)

    def keep(self, reservation: int, otherwise: Callable[[], Awaitable[None]]) -> None:
        self._moves.keep(reservation, otherwise)

    def tell_inventory(self, move: StockMove) -> None:
        self._moves.tell(move)

    async def commit(self) -> None:
        self._agreed = True
        if not self._context.has_closing:
            await self._write(None)

    async def commit_with(self, closing: StoredAnswer | Ended) -> None:
        await self._write(closing)

    async def answered(self, scope: bytes) -> StoredAnswer | None:
        return await self._services.answers(scope)

    async def _write(self, closing: StoredAnswer | Ended | None) -> None:
        acceptance = self._saved.acceptance(closing)
        if acceptance is not None:
            await self._services.accepted.store(acceptance)
            return
        write = self._saved.order_write(closing, agreed=self._agreed)
        if not self._agreed or (self._locking is None and not self._moves):
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
        products = self._saved.products
        if products:
            written = await fetch(connection, WRITE_PRODUCTS, product_parameters(products))
            if len(written) < len(products):
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
