"""What a fuzzed service finds in its database: the order, the products and the customer of the documents' examples."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from command_api.adapters.in_house import IN_HOUSE
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.application.accept_for_later import AcceptForLater
from command_api.application.bus import CommandBus
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.receive_return import ReceiveReturn
from command_api.application.commands.reject_return import RejectReturn
from command_api.application.commands.request_return import RequestReturn
from command_api.application.commands.set_charge import SetCharge
from command_api.application.commands.ship_items import ShipItems
from command_api.application.context import Context
from command_api.application.outside import Outside
from command_api.composition import command_bus
from command_api.migrations.revisions import newest
from orders_domain.values import (
    ChargeKind,
    Currency,
    CustomerId,
    DiscountCode,
    ItemQuantity,
    OrderId,
    ReturnId,
    ShipmentId,
    Sku,
)
from projector.adapters.postgres_read_store import PostgresReadStore
from tests.conftest import PARTITIONS
from tests.contract.events.shop import HOME
from tests.contract.events.story import written
from tests.contract.releases.contents import GENERATION, entries
from tests.suites.projector_parked import Projector

EUR: Final = Currency("EUR")
TEA, MUG = Sku("TEA-EARL-GREY"), Sku("MUG-BLUE")
ORDER: Final = OrderId(UUID("0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"))
PARCEL: Final = ShipmentId(UUID("0193f5a2-9c2d-7e4f-8a5b-6c7d8e9f0a12"))
CUSTOMER: Final = CustomerId(UUID("7d6f1c52-2f0e-4a57-9d53-0c6d1f6e2b11"))
_ORDERS: Final = [OrderId(UUID(f"0193f5a2-0000-7000-8000-{number:012x}")) for number in range(1, 40)]
BOUGHT, CALLED_OFF = _ORDERS[:2]
CONFIRMED: Final = _ORDERS[2:15]
DRAFTS: Final = _ORDERS[15:]


def commands() -> Iterator[object]:
    """Much stock; an order under way, one that arrived, one called off, confirmed ones, and more drafts than a page."""
    for sku in (TEA, MUG):
        yield ListProduct(sku=sku, name=sku.title(), unit_price_cents=499, currency=EUR)
        yield AdjustStock(sku=sku, delta=1_000_000, reason="delivery")
    for order_id in (ORDER, *_ORDERS):
        yield _create(order_id)
    yield from _with_all_parts(BOUGHT)
    for order_id in (ORDER, BOUGHT, CALLED_OFF, *CONFIRMED):
        yield ConfirmOrder(order_id=order_id)
    yield CancelOrder(order_id=CALLED_OFF, reason="too late")
    yield _ship(ORDER, PARCEL, 1)
    yield _ship(BOUGHT, ShipmentId(UUID(int=PARCEL.int + 1)), 5)
    yield DeliverShipment(order_id=BOUGHT, shipment_id=ShipmentId(UUID(int=PARCEL.int + 1)))
    yield from _sent_back(BOUGHT)


def _with_all_parts(order_id: OrderId) -> Iterator[object]:
    yield ApplyDiscount(order_id=order_id, code=DiscountCode("WELCOME-10"), percent_bp=1_000, amount_cents=None)
    yield SetCharge(order_id=order_id, kind=ChargeKind.SHIPPING, label="Standard, 3 days", amount_cents=490)
    yield AddNote(order_id=order_id, text="Please ring at the second door.")


def _sent_back(order_id: OrderId) -> Iterator[object]:
    """One return in each of its states."""
    coming, received, rejected = (ReturnId(UUID(int=PARCEL.int + number)) for number in (2, 3, 4))
    for return_id in (coming, received, rejected):
        yield RequestReturn(order_id=order_id, return_id=return_id, items=_of_both(1), reason="a chip in the rim")
    yield ReceiveReturn(order_id=order_id, return_id=received, restock=True)
    yield RejectReturn(order_id=order_id, return_id=rejected, reason="it is worn")


def _create(order_id: OrderId) -> CreateOrder:
    return CreateOrder(
        order_id=order_id,
        customer_id=CUSTOMER,
        currency=None,
        reference="PO-2026-0815",
        items=_of_both(5),
        shipping_address=HOME,
    )


def _ship(order_id: OrderId, parcel: ShipmentId, quantity: int) -> ShipItems:
    return ShipItems(
        order_id=order_id, shipment_id=parcel, items=_of_both(quantity), carrier="DHL", tracking="JD0146 0000 1234"
    )


def _of_both(quantity: int) -> tuple[ItemQuantity, ...]:
    return ItemQuantity(TEA, quantity), ItemQuantity(MUG, quantity)


async def seed_write(write_database_url: str) -> None:
    """Let it happen, in a migrated, empty database."""
    await dispatch_all(write_database_url, commands())


async def dispatch_all(write_database_url: str, commands: Iterable[object], outside: Outside = IN_HOUSE) -> None:
    """One after the other, by the command bus."""
    async with seeding(write_database_url, outside) as (bus, _):
        for number, command in enumerate(commands):
            await bus.dispatch(command, Context(correlation_id=f"seed-{number}", actor="customer:ada"))


@asynccontextmanager
async def seeding(
    write_database_url: str, outside: Outside = IN_HOUSE
) -> AsyncIterator[tuple[CommandBus, PostgresUnitsOfWork]]:
    """The command bus on a migrated database, and what it works with."""
    database = Database(write_database_url, size=2, wait_seconds=10)
    await database.open()
    try:
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        units = PostgresUnitsOfWork(database, health, SystemClock(), UuidV7Ids(), PARTITIONS)
        accepting = AcceptForLater(units.begin, SystemClock(), _nobody_waits)
        yield command_bus(units.begin, EUR, accepting, outside=outside), units
    finally:
        await database.close()


def _nobody_waits() -> None:
    """Whoever accepts a command here runs it next, or leaves it."""


async def seed_read(write_database_url: str, read_database_url: str) -> None:
    """Project what was written."""
    store = PostgresReadStore(read_database_url, GENERATION)
    try:
        await Projector(store).apply(list(entries([event for _, event in written(write_database_url)])))
    finally:
        await store.close()
