"""The write side's unit of work in memory: the same promises as on Postgres, without a server."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import reduce
from typing import NamedTuple, cast, overload
from uuid import UUID

from command_api.adapters.publish import publish_order_event
from command_api.adapters.publish_products import publish_product_event
from command_api.application.context import Context
from command_api.application.errors import EndedBefore, KeyTaken, StaleVersion, VersionConflict
from command_api.application.idempotency import StoredAnswer
from command_api.application.later import Ended, StoredCommand
from command_api.application.ports import StockMove
from orders_contracts.commands import CommandAccepted
from orders_contracts.registry import EventData
from orders_domain.errors import OrderNotFound, ProductNotFound
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.values import OrderId, Sku
from tests.fakes.command_accepted import InMemoryAcceptedCommands


class LoggedEvent(NamedTuple):
    """An event as the log holds it. `transaction` is the same for all that were committed together."""

    aggregate_id: str
    version: int
    data: EventData
    transaction: int


class InMemoryUnitsOfWork:
    """Orders, products and the log of their events. `commits` counts those that wrote something."""

    def __init__(self) -> None:
        self.orders: dict[OrderId, Order] = {}
        self.products: dict[Sku, Product] = {}
        self.events: list[LoggedEvent] = []
        self.answers: dict[bytes, StoredAnswer] = {}
        self.accepted = InMemoryAcceptedCommands()
        self.told: list[StockMove] = []
        self.given_up: set[int] = set()
        self.commits = 0
        self.locks: defaultdict[Sku, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def begin(self, context: Context) -> AsyncIterator["InMemoryUnitOfWork"]:
        """A unit of work; its locks are let go when the context is left."""
        kept = KeptReservations()
        async with kept, AsyncExitStack() as stack:
            unit = InMemoryUnitOfWork(self, context, stack, kept)
            try:
                yield unit
            except Exception:
                unit.require_still_true()
                raise

    async def log(self, *aggregate_ids: object) -> list[LoggedEvent]:
        """The events of these aggregates, in the order of their commits."""
        wanted = {str(aggregate_id) for aggregate_id in aggregate_ids}
        return [event for event in self.events if event.aggregate_id in wanted]

    async def lapse(self, command_id: UUID) -> None:
        """Have the claim of an accepted command run out."""
        self.accepted.lapse(command_id)


class KeptReservations(dict[int, Callable[[], Awaitable[None]]]):
    """Numbers of reservations that a unit of work keeps, and what gives them back where it fails."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception):
            for otherwise in self.values():
                await otherwise()


class InMemoryUnitOfWork:
    """See the port."""

    def __init__(
        self, house: InMemoryUnitsOfWork, context: Context, stack: AsyncExitStack, kept: "KeptReservations"
    ) -> None:
        self._house = house
        self._context = context
        self._stack = stack
        self._locked: set[Sku] = set()
        self._read: Order | None = None
        self._agreed = False
        self._orders: list[tuple[int, Order, list[EventData]]] = []
        self._products: list[tuple[int, Product, list[EventData]]] = []
        self._told: list[StockMove] = []
        self._commands: list[StoredCommand] = []
        self._kept = kept

    async def order(self, order_id: OrderId) -> Order:
        order = self._house.orders.get(order_id)
        if order is None:
            raise OrderNotFound(order_id)
        self._insist(order.version)
        self._read = order
        return order

    async def products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        return {sku: self._house.products[sku] for sku in skus if sku in self._house.products}

    async def order_and_products(self, order_id: OrderId, skus: Collection[Sku]) -> tuple[Order, Mapping[Sku, Product]]:
        return await self.order(order_id), await self.products(skus)

    async def lock_products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        for sku in sorted({sku for sku in skus if sku in self._house.products} - self._locked):
            await self._stack.enter_async_context(self._house.locks[sku])
            self._locked.add(sku)
        return {sku: self._house.products[sku] for sku in self._locked.intersection(skus)}

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
        if isinstance(events[0], ProductEvent):
            changes = cast("Sequence[ProductEvent]", events)
            product = reduce(evolve_product, changes, cast("Product", aggregate))
            self._products.append((expected, product, [publish_product_event(event) for event in changes]))
            return product
        steps = cast("Sequence[OrderEvent]", events)
        order = reduce(evolve, steps, cast("Order", aggregate))
        self._orders.append((expected, order, [publish_order_event(event) for event in steps]))
        return order

    def keep(self, reservation: int, otherwise: Callable[[], Awaitable[None]]) -> None:
        self._kept[reservation] = otherwise

    def tell_inventory(self, move: StockMove) -> None:
        self._told.append(move)

    def accept(self, stored: StoredCommand) -> None:
        self._commands.append(stored)

    async def commit(self) -> None:
        self._agreed = True
        if not self._context.has_closing:
            await self._write()

    async def commit_with(self, closing: StoredAnswer | Ended) -> None:
        if not self._agreed:
            self._orders, self._products, self._told, self._commands = [], [], [], []
        self._require_versions()
        if isinstance(closing, Ended):
            self._end(closing)
        elif closing.scope in self._house.answers:
            raise KeyTaken
        else:
            self._house.answers[closing.scope] = closing
        await self._write(closing)

    async def answered(self, scope: bytes) -> StoredAnswer | None:
        return self._house.answers.get(scope)

    def _require_versions(self) -> None:
        if not self._house.given_up.isdisjoint(self._kept):
            raise VersionConflict
        for expected, order, _ in self._orders:
            _require(expected, self._house.orders.get(order.order_id))
        for expected, product, _ in self._products:
            _require(expected, self._house.products.get(product.sku))
            if expected and product.sku not in self._locked:
                raise AssertionError(f"{product.sku} is written without a lock")

    def _end(self, ended: Ended) -> None:
        if ended.command_id not in self._house.accepted:
            raise EndedBefore
        self._house.accepted.end(ended.command_id)

    async def _write(self, closing: StoredAnswer | Ended | None = None) -> None:
        self._require_versions()
        house = self._house
        house.commits += bool(self._orders or self._products or self._commands or isinstance(closing, Ended))
        for command in self._commands:
            house.accepted.store(command)
            self._log(str(command.command_id), 0, [CommandAccepted(command=command.kind)])
        if isinstance(closing, Ended):
            self._log(str(closing.command_id), 1, [closing.event])
        for expected, order, events in self._orders:
            house.orders[order.order_id] = order
            self._log(str(order.order_id), expected, events)
        for expected, product, events in self._products:
            house.products[product.sku] = product
            self._log(product.sku, expected, events)
        house.told += self._told
        await self._stack.aclose()

    def require_still_true(self) -> None:
        """A refusal that was decided beside locks, on an order that has moved on, is no refusal."""
        if self._locked and self._read is not None and self._house.orders[self._read.order_id] is not self._read:
            raise VersionConflict

    def _log(self, aggregate_id: str, expected: int, events: Sequence[EventData]) -> None:
        for version, data in enumerate(events, start=expected + 1):
            self._house.events.append(LoggedEvent(aggregate_id, version, data, self._house.commits))

    def _insist(self, version: int) -> None:
        if self._context.expected_version not in (None, version):
            raise StaleVersion(version)


def _require(expected: int, stored: Order | Product | None) -> None:
    if (0 if stored is None else stored.version) != expected:
        raise VersionConflict
