"""A few days in a shop, told to command-api's own bus on a real database: what it writes are the golden examples.

Ids, moments and request ids are given, so that the same story makes the same bytes.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Final
from uuid import UUID

import psycopg

from command_api.adapters.in_house import OwnStock
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.application.accept_for_later import AcceptForLater
from command_api.application.commands.add_item import AddItem
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.change_item_quantity import ChangeItemQuantity
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.discard_order import DiscardOrder
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.remove_item import RemoveItem
from command_api.application.commands.set_shipping_address import SetShippingAddress
from command_api.application.commands.ship_items import ShipItems
from command_api.application.context import Context
from command_api.application.outside import Outside
from command_api.composition import command_bus
from command_api.migrations.revisions import newest
from orders_domain.values import ItemQuantity, ShipmentId
from tests.conftest import PARTITIONS
from tests.contract.events import second_part, third_part
from tests.contract.events.shop import CUP, EUR, OFFICE, POT, TEA, create, numbered

BOUGHT, CALLED_OFF, GIVEN_UP = (numbered(number) for number in (1, 2, 3))
PARCEL: Final = ShipmentId(UUID("019abcdf-0001-7000-8000-00000000beef"))

_STOCK: Final = [
    ListProduct(sku=CUP, name="Cup, blue, 250 ml", unit_price_cents=250, currency=EUR),
    ListProduct(sku=POT, name="Pot, 1 l", unit_price_cents=1_999, currency=EUR),
    ListProduct(sku=TEA, name="Assam «Été», 100 g", unit_price_cents=499, currency=EUR),
    ListProduct(sku=POT, name="Teapot, 1 l", unit_price_cents=2_149, currency=EUR),
    AdjustStock(sku=CUP, delta=40, reason="delivery 4711"),
    AdjustStock(sku=POT, delta=12, reason="delivery 4711"),
    AdjustStock(sku=TEA, delta=200, reason="delivery 4712"),
    AdjustStock(sku=CUP, delta=-1, reason="broken"),
]
_BOUGHT: Final = [
    AddItem(order_id=BOUGHT, sku=TEA, quantity=3),
    ChangeItemQuantity(order_id=BOUGHT, sku=CUP, quantity=6),
    RemoveItem(order_id=BOUGHT, sku=POT),
    SetShippingAddress(order_id=BOUGHT, address=OFFICE),
    ConfirmOrder(order_id=BOUGHT),
    ShipItems(
        order_id=BOUGHT,
        shipment_id=PARCEL,
        items=(ItemQuantity(CUP, 6), ItemQuantity(TEA, 3)),
        carrier="DHL",
        tracking="JD0146 0000 1234",
    ),
    DeliverShipment(order_id=BOUGHT, shipment_id=PARCEL),
]
_OTHERS: Final = [
    ConfirmOrder(order_id=CALLED_OFF),
    CancelOrder(order_id=CALLED_OFF, reason='found it "cheaper" — sorry'),
    DiscardOrder(order_id=GIVEN_UP),
]


def commands() -> Iterator[object]:
    """The story. One order is bought, sent and delivered; one is called off; one is given up; and its second part."""
    yield from _STOCK
    yield create(BOUGHT, ItemQuantity(CUP, 4), ItemQuantity(POT, 1), reference="PO-2026-0815")
    yield from _BOUGHT
    yield create(CALLED_OFF, ItemQuantity(POT, 2))
    yield create(GIVEN_UP, ItemQuantity(TEA, 1))
    yield from _OTHERS
    yield from second_part.commands()


class GivenClock:
    """Half a minute and a bit pass between two commands."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 9, 14, 3, 118_204, UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=37, microseconds=250_123)
        return self._now


class GivenIds:
    """Identifiers of version 7 that count."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> UUID:
        return UUID(f"019abce0-{next(self._numbers):04x}-7000-8000-0000000e7e47")


async def tell(write_database_url: str) -> None:
    """Let all of it happen in a migrated, empty database."""
    clock = GivenClock()
    async with _units(write_database_url, clock) as units:
        accepting = AcceptForLater(units.begin, clock, _nobody_waits)
        outside = Outside(second_part.GivenVerdicts(), OwnStock())
        bus = command_bus(units.begin, EUR, accepting, outside=outside)
        at_once = ((command, None) for command in commands())
        for number, (command, later) in enumerate(chain(at_once, third_part.commands()), 1):
            correlation_id = f"7f3c1e52-6a0b-4d41-9c55-{number:012x}"
            await bus.dispatch(command, Context(correlation_id=correlation_id, actor="customer:ada", later=later))
            await third_part.run_accepted(bus, units)


def _nobody_waits() -> None:
    """Whoever accepts a command here runs it next."""


def written(write_database_url: str) -> list[tuple[str, bytes]]:
    """Type and bytes of every event in the log, in its order."""
    with psycopg.connect(write_database_url) as connection:
        rows = connection.execute("SELECT type, data::text FROM outbox ORDER BY xid, position").fetchall()
    return [(type_, data.encode()) for type_, data in rows]


def first_of_each(events: list[tuple[str, bytes]]) -> dict[str, bytes]:
    """The first event of each type: the golden ones."""
    return dict(reversed(events))


@asynccontextmanager
async def _units(write_database_url: str, clock: GivenClock) -> AsyncIterator[PostgresUnitsOfWork]:
    database = Database(write_database_url, size=2, wait_seconds=10)
    await database.open()
    try:
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        yield PostgresUnitsOfWork(database, health, clock, GivenIds(), PARTITIONS)
    finally:
        await database.close()
