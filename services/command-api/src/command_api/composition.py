"""Puts the process together. The only place that knows which technology answers which port."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import stamina
import structlog
import uvicorn
from fastapi import FastAPI

from command_api.adapters.in_house import IN_HOUSE
from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.health import Health, WrongPartitions
from command_api.adapters.postgres.idle_orders import PostgresIdleOrders
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.unit_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.application.add_item import AddItem, add_item
from command_api.application.add_note import AddNote, add_note
from command_api.application.adjust_stock import AdjustStock, adjust_stock
from command_api.application.answer_once import AnswerOnce
from command_api.application.apply_discount import ApplyDiscount, apply_discount
from command_api.application.approve_review import ApproveReview, approve_review
from command_api.application.bus import CommandBus, Middleware, RetryOnConflict
from command_api.application.cancel_item import CancelItem, CancelItemHandler
from command_api.application.cancel_order import CancelOrder, CancelOrderHandler
from command_api.application.change_item_quantity import ChangeItemQuantity, change_item_quantity
from command_api.application.confirm_order import ConfirmOrder, ConfirmOrderHandler
from command_api.application.create_order import CreateOrder, CreateOrderHandler
from command_api.application.decline_review import DeclineReview, DeclineReviewHandler
from command_api.application.delist_product import DelistProduct, delist_product
from command_api.application.deliver_shipment import DeliverShipment, deliver_shipment
from command_api.application.discard_order import DiscardOrder, discard_order
from command_api.application.errors import Unavailable
from command_api.application.expire_order import ExpireOrder, expire_order
from command_api.application.expiry import Expiry
from command_api.application.list_product import ListProduct, list_product
from command_api.application.outside import Outside
from command_api.application.outside_watch import Watching
from command_api.application.ports import BeginUnitOfWork
from command_api.application.receive_return import ReceiveReturn, ReceiveReturnHandler
from command_api.application.record_payment import RecordPayment, record_payment
from command_api.application.record_refund import RecordRefund, record_refund
from command_api.application.reject_return import RejectReturn, reject_return
from command_api.application.remove_charge import RemoveCharge, remove_charge
from command_api.application.remove_discount import RemoveDiscount, remove_discount
from command_api.application.remove_item import RemoveItem, remove_item
from command_api.application.request_return import RequestReturn, request_return
from command_api.application.set_charge import SetCharge, set_charge
from command_api.application.set_shipping_address import SetShippingAddress, set_shipping_address
from command_api.application.ship_items import ShipItems, ShipItemsHandler
from command_api.entrypoints.app import create_app
from command_api.entrypoints.call import CommandDesk
from command_api.entrypoints.drain import Drain
from command_api.entrypoints.recurring import Recurring
from command_api.metrics import CommandMetrics, OutsideMetrics
from command_api.migrations.revisions import newest
from command_api.settings import Settings
from orders_domain.values import Currency, OrderStatus

if TYPE_CHECKING:
    from command_api.adapters.http.systems import OutsideSystems

_BACKLOG: Final = 2_048
"""Connections that may wait to be accepted."""
_SWEEP_SECONDS: Final = 60.0
"""Between two looks for answers that need not be kept any longer, and for orders that nobody has touched for long."""
_TELL_SECONDS: Final = 1.0
"""Between two looks for what an inventory elsewhere has to be told."""


def command_bus(
    begin: BeginUnitOfWork, default_currency: Currency, *middlewares: Middleware, outside: Outside = IN_HOUSE
) -> CommandBus:
    """Every command and who handles it."""
    bus = CommandBus(begin, middlewares)
    bus.register(CreateOrder, CreateOrderHandler(default_currency))
    bus.register(AddItem, add_item)
    bus.register(ChangeItemQuantity, change_item_quantity)
    bus.register(RemoveItem, remove_item)
    bus.register(SetShippingAddress, set_shipping_address)
    bus.register(ConfirmOrder, ConfirmOrderHandler(outside.fraud_check, outside.inventory))
    bus.register(CancelOrder, CancelOrderHandler(outside.inventory))
    bus.register(DiscardOrder, discard_order)
    bus.register(ShipItems, ShipItemsHandler(outside.inventory))
    bus.register(DeliverShipment, deliver_shipment)
    bus.register(ApplyDiscount, apply_discount)
    bus.register(RemoveDiscount, remove_discount)
    bus.register(SetCharge, set_charge)
    bus.register(RemoveCharge, remove_charge)
    bus.register(ApproveReview, approve_review)
    bus.register(DeclineReview, DeclineReviewHandler(outside.inventory))
    bus.register(CancelItem, CancelItemHandler(outside.inventory))
    bus.register(RecordPayment, record_payment)
    bus.register(RecordRefund, record_refund)
    bus.register(RequestReturn, request_return)
    bus.register(ReceiveReturn, ReceiveReturnHandler(outside.inventory))
    bus.register(RejectReturn, reject_return)
    bus.register(AddNote, add_note)
    bus.register(ExpireOrder, expire_order)
    bus.register(ListProduct, list_product)
    bus.register(DelistProduct, delist_product)
    bus.register(AdjustStock, adjust_stock)
    return bus


def health(database: Database, settings: Settings) -> Health:
    """What must hold before the first command."""
    return Health(database, revision=newest(), partitions=settings.partitions)


def database(settings: Settings) -> Database:
    """The write database, not yet opened."""
    return Database(settings.database_url, size=settings.pool_size, wait_seconds=settings.pool_wait_seconds)


def idempotency_sweep(answers: Answers, settings: Settings) -> Recurring:
    """Drops answers that have been kept for as long as they have to be."""
    return Recurring(
        "drop old answers", lambda: answers.drop_old(settings.idempotency_key_hours), seconds=_SWEEP_SECONDS
    )


def expiries(bus: CommandBus, write_database: Database, settings: Settings) -> list[Recurring]:
    """What ends orders that nobody has touched for as long as is set; nothing where nothing is set."""
    orders, clock, ids = PostgresIdleOrders(write_database), SystemClock(), UuidV7Ids()
    limits = (
        ("expire drafts", OrderStatus.DRAFT, settings.draft_idle_hours),
        ("decline reviews", OrderStatus.PENDING_REVIEW, settings.review_hours),
    )
    return [
        Recurring(
            name,
            Expiry(bus, orders, clock, ids, status=status, idle=timedelta(hours=hours)),
            seconds=_SWEEP_SECONDS,
        )
        for name, status, hours in limits
        if hours
    ]


def outside_systems(
    settings: Settings, write_database: Database, watching: Watching
) -> tuple[contextlib.AbstractAsyncContextManager[object], Outside]:
    """Who is asked beside the write database, and what has to be open meanwhile."""
    if settings.fraud_check_url is None and settings.inventory_url is None:
        return contextlib.nullcontext(), IN_HOUSE
    from command_api.adapters.http.systems import OutsideSystems  # noqa: PLC0415 - most do without, and start faster

    systems = OutsideSystems(watching, proxy_from_environment=settings.outside_proxy_from_environment)
    fraud_check, inventory = IN_HOUSE
    if settings.fraud_check_url is not None:
        fraud_check = systems.fraud_check(
            settings.fraud_check_url, settings.fraud_check_timeout_seconds, settings.fraud_check_when_down
        )
    if settings.inventory_url is not None:
        inventory = systems.inventory(settings.inventory_url, settings.inventory_timeout_seconds, write_database)
    return _opened(systems), Outside(fraud_check, inventory)


@contextlib.asynccontextmanager
async def _opened(systems: "OutsideSystems") -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(systems.close)
        for sweep in systems.sweeps:
            telling = Recurring("tell the inventory", sweep, seconds=_TELL_SECONDS)
            await stack.enter_async_context(telling.running())
        yield


def application(settings: Settings, drain: Drain | None = None) -> FastAPI:
    """The whole service as an ASGI application, whose lifespan opens and closes the database."""
    write_database = database(settings)
    checks = health(write_database, settings)
    ids = UuidV7Ids()
    units = PostgresUnitsOfWork(
        write_database,
        checks,
        SystemClock(),
        ids,
        settings.partitions,
        stock_elsewhere=settings.inventory_url is not None,
    )
    metrics = CommandMetrics()
    stamina.instrumentation.set_on_retry_hooks([])  # a conflict is an everyday thing
    opened, outside = outside_systems(settings, write_database, OutsideMetrics(metrics.registry).of)
    middlewares = metrics, AnswerOnce(units.begin), RetryOnConflict()
    bus = command_bus(units.begin, Currency(settings.default_currency), *middlewares, outside=outside)
    desk = CommandDesk(
        bus,
        ids,
        actor_header=settings.actor_header,
        require_if_match=settings.require_if_match,
        require_idempotency_key=settings.require_idempotency_key,
    )
    sweeps = [idempotency_sweep(units.answers, settings), *expiries(bus, write_database, settings)]

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await write_database.open()
        try:
            async with opened, contextlib.AsyncExitStack() as running:
                for sweep in sweeps:
                    await running.enter_async_context(sweep.running())
                yield
        finally:
            await write_database.close()

    readiness = checks.reasons if drain is None else drain.readiness(checks.reasons)
    return create_app(desk, readiness, metrics.registry, lifespan)


async def refusal_to_start(settings: Settings) -> str | None:
    """Which setting does not fit the database, in one line. A database that is down is no refusal."""
    write_database = database(settings)
    await write_database.open()
    try:
        await health(write_database, settings).verify()
    except WrongPartitions as error:
        return f"COMMAND_API_PARTITIONS: {error}"
    except Unavailable as error:
        structlog.stdlib.get_logger().warning("not ready yet", reason=str(error))
    finally:
        await write_database.close()
    return None


def listen(settings: Settings) -> socket.socket:
    """Take the port. Raises OSError where it is not to be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer requests until SIGTERM or SIGINT; then end those in flight, and return."""
    drain = Drain(settings.drain_seconds)
    server = _Server(
        uvicorn.Config(
            application(settings, drain),
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # nothing here asks for the client's address or scheme
            timeout_keep_alive=65,  # longer than a gateway's, which is then the one to close
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )
    gc.freeze()  # what the modules have made stays for good: no collection need look at it again
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drain.begin, server.stop)
    structlog.stdlib.get_logger().info("serving", host=settings.host, port=settings.port)
    await server.serve(sockets=[listener])
    structlog.stdlib.get_logger().info("stopped")


class _Server(uvicorn.Server):
    """Leaves signals to the process: uvicorn would raise SIGTERM again after a clean end, and exit by it."""

    def stop(self) -> None:
        """End soon, with what is in flight answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
