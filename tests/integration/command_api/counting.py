"""The application as it is put together, on connections that count their statements; and orders at every point."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI

from command_api import composition
from command_api.adapters.in_house import OwnStock
from command_api.adapters.postgres.pool import Database
from command_api.application.bus import CommandBus
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.ship_items import ShipItems
from command_api.application.context import Context
from command_api.application.outside import Outside
from command_api.settings import Settings
from orders_domain.order import Order
from orders_domain.values import FraudVerdict, ItemQuantity, OrderId, ShipmentId, Sku
from tests.suites.command_examples import ADDRESS, CONTEXT, CUSTOMER, EUR, new_order_id, new_sku

PARCEL: Final = ShipmentId(UUID(int=7))


_counted: ContextVar[list[str] | None] = ContextVar("counted", default=None)


class CountingCursor(psycopg.AsyncCursor[Any]):
    """Notes what is executed for whoever counts, and nothing of what goes on beside, such as a sweep.

    BEGIN and COMMIT do not pass through cursors.
    """

    async def execute(self, *arguments: Any, **options: Any) -> "CountingCursor":
        counted = _counted.get()
        if counted is not None:
            counted.append(str(arguments[0]))
        return await super().execute(*arguments, **options)


def counted_database(url: str) -> Database:
    """Not yet opened; its connections count their statements."""
    database = Database(url, size=4, wait_seconds=5)
    options = database._pool.kwargs
    assert isinstance(options, dict)
    options["cursor_factory"] = CountingCursor
    return database


async def statements_of(*calls: Coroutine[Any, Any, object]) -> int:
    """How many statements they take, all at once."""
    statements: list[str] = []
    token = _counted.set(statements)
    try:
        await asyncio.gather(*calls)
    finally:
        _counted.reset(token)
    return len(statements)


class Judge:
    """A fraud check that thinks what it is told to."""

    verdict = FraudVerdict.APPROVE

    async def assess(self, _order: Order) -> FraudVerdict:
        return self.verdict


class CountedHouse:
    """Dispatches commands on the application's own bus, with all that is around them. Orders are of two products."""

    def __init__(self, bus: CommandBus, judge: Judge) -> None:
        self.bus = bus
        self.judge = judge
        self.skus: tuple[Sku, Sku] = new_sku(), new_sku()

    async def do(self, command: object, context: Context = CONTEXT) -> None:
        await self.bus.dispatch(command, context)

    async def open(self) -> None:
        """List both products, with stock."""
        for sku in self.skus:
            await self.do(ListProduct(sku=sku, name="Cup", unit_price_cents=250, currency=EUR))
            await self.do(AdjustStock(sku=sku, delta=100_000, reason="delivery"))

    def creation(self, quantity: int = 2) -> CreateOrder:
        """Of a draft with so many units of both products; without items for 0."""
        return CreateOrder(
            order_id=new_order_id(),
            customer_id=CUSTOMER,
            currency=None,
            reference=None,
            items=self.units(quantity) if quantity else (),
            shipping_address=ADDRESS,
        )

    def units(self, quantity: int = 2) -> tuple[ItemQuantity, ...]:
        """So many of each product."""
        return tuple(ItemQuantity(sku, quantity) for sku in self.skus)

    async def draft(self) -> OrderId:
        await self.do(creation := self.creation())
        return creation.order_id

    async def confirmed(self) -> OrderId:
        await self.do(ConfirmOrder(order_id=(order_id := await self.draft())))
        return order_id

    async def in_review(self) -> OrderId:
        self.judge.verdict = FraudVerdict.REVIEW
        try:
            return await self.confirmed()
        finally:
            self.judge.verdict = FraudVerdict.APPROVE

    async def shipped(self) -> OrderId:
        order_id = await self.confirmed()
        await self.do(ShipItems(order_id=order_id, shipment_id=PARCEL, items=self.units(), carrier=None, tracking=None))
        return order_id

    async def delivered(self) -> OrderId:
        order_id = await self.shipped()
        await self.do(DeliverShipment(order_id=order_id, shipment_id=PARCEL))
        return order_id


@asynccontextmanager
async def counted_application(database_url: str) -> AsyncIterator[tuple[FastAPI, CountedHouse]]:
    """Not started yet: its lifespan is the caller's."""
    write_database, judge = counted_database(database_url), Judge()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition.service, "database", lambda _settings: write_database)
        outside = nullcontext(), Outside(judge, OwnStock())
        patch.setattr(composition.service, "outside_systems", lambda *_given: outside)
        patch.setattr(composition.service, "accepted_commands", lambda *_given: [])  # who is counted runs them
        app = composition.application(Settings(database_url=database_url))
    yield app, CountedHouse(app.state.desk.bus, judge)
