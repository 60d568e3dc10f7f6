"""Orders that were made long ago, by a house whose clock can be set."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from command_api.adapters.in_house import OwnStock
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.idle_orders import PostgresIdleOrders, first_id_at
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import UuidV7Ids
from command_api.application.bus import CommandBus, Middleware, RetryOnConflict
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.expiry import Expiry
from command_api.application.outside import Outside
from command_api.composition import command_bus
from command_api.migrations.revisions import newest
from orders_domain.order import Order
from orders_domain.values import FraudVerdict, ItemQuantity, OrderId, OrderStatus, Sku
from tests.conftest import PARTITIONS
from tests.contract.databases.logins import as_member
from tests.suites.command_examples import ADDRESS, CONTEXT, CUSTOMER, EUR, stocked

LIMIT: Final = timedelta(days=30)
_DAYS_AGO: Final = timedelta(days=40)


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


class Doubt:
    """A fraud check that never knows."""

    async def assess(self, _order: Order) -> FraudVerdict:
        return FraudVerdict.REVIEW


class IdleHouse:
    """Makes orders of the past, and what ends them."""

    def __init__(self, database: Database) -> None:
        self.clock = Clock()
        self.today = self.clock.moment
        self.orders = PostgresIdleOrders(database)
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        self.units = PostgresUnitsOfWork(database, health, self.clock, UuidV7Ids(), PARTITIONS)
        self.bus = self.bus_with()

    def bus_with(self, *middlewares: Middleware) -> CommandBus:
        """A bus on which every confirmation is held for a review."""
        outside = Outside(Doubt(), OwnStock())
        return command_bus(self.units.begin, EUR, *middlewares, RetryOnConflict(), outside=outside)

    def expiry(self, bus: CommandBus | None = None, status: OrderStatus = OrderStatus.DRAFT) -> Expiry:
        """What a replica has that ends orders of this state."""
        return Expiry(bus or self.bus, self.orders, self.clock, UuidV7Ids(), status=status, idle=LIMIT)

    async def draft(self, *skus: Sku, age: timedelta = _DAYS_AGO) -> OrderId:
        """Made so long ago, and not touched since; its id is of that moment."""
        self.clock.moment = self.today - age
        order_id = OrderId(UUID(int=first_id_at(self.clock.moment).int | 7 << 76 | 2 << 62 | secrets.randbits(62)))
        await self.bus.dispatch(
            CreateOrder(
                order_id=order_id,
                customer_id=CUSTOMER,
                currency=None,
                reference=None,
                items=tuple(ItemQuantity(sku, 2) for sku in skus),
                shipping_address=ADDRESS,
            ),
            CONTEXT,
        )
        self.clock.moment = self.today
        return order_id

    async def in_review(self, sku: Sku, age: timedelta = _DAYS_AGO) -> OrderId:
        """Held for a review as soon as it was made."""
        order_id = await self.draft(sku, age=age)
        self.clock.moment = self.today - age
        await self.bus.dispatch(ConfirmOrder(order_id=order_id), CONTEXT)
        self.clock.moment = self.today
        return order_id

    async def product(self) -> Sku:
        """With ten units on hand."""
        return await stocked(self.units.begin, 10)


@asynccontextmanager
async def idle_house(database_url: str) -> AsyncIterator[IdleHouse]:
    """On a database, with the rights of the service."""
    database = Database(as_member(database_url, "orders_command"), size=8, wait_seconds=5)
    await database.open()
    try:
        yield IdleHouse(database)
    finally:
        await database.close()
