"""Where the parts are put together: the only place that knows the concrete types."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from query_api.adapters.postgres import live
from query_api.adapters.postgres.change_feed import PostgresChangeFeed
from query_api.adapters.postgres.command_views import PostgresCommandViews
from query_api.adapters.postgres.database import ReadDatabase, conninfo_of
from query_api.adapters.postgres.order_changes import PostgresOrderChanges
from query_api.adapters.postgres.order_views import PostgresOrderViews
from query_api.adapters.postgres.parked_aggregates import PostgresParkedAggregates
from query_api.adapters.postgres.product_views import PostgresProductViews
from query_api.adapters.postgres.projections import PostgresProjections
from query_api.adapters.postgres.schema import Schema
from query_api.adapters.postgres.sums import PostgresCustomerSums, PostgresSalesSums
from query_api.application.bus import QueryBus
from query_api.application.fresh import AsOf, AsOfHandler
from query_api.application.generations.ports import Blueprint, Generations
from query_api.application.ports import Sources
from query_api.application.queries.follow_command import FollowCommand, FollowCommandHandler
from query_api.application.queries.follow_order import FollowOrder, FollowOrderHandler
from query_api.application.queries.get_command import GetCommand, GetCommandHandler
from query_api.application.queries.get_customer_summary import GetCustomerSummary, GetCustomerSummaryHandler
from query_api.application.queries.get_order import GetOrder, GetOrderHandler
from query_api.application.queries.get_product import GetProduct, GetProductHandler
from query_api.application.queries.get_sales import GetSales, GetSalesHandler
from query_api.application.queries.list_orders import ListOrders, ListOrdersHandler
from query_api.application.queries.list_products import ListProducts, ListProductsHandler
from query_api.application.queries.order_history import OrderHistory, OrderHistoryHandler
from query_api.application.queries.projections import GetProjections, GetProjectionsHandler
from query_api.application.waiting_room import WaitingRoom
from query_api.entrypoints.app import Application, create_app
from query_api.entrypoints.drain import Drain
from query_api.entrypoints.open_streams import StreamLimits
from query_api.entrypoints.server import Server
from query_api.migrations.revisions import is_current, newest
from query_api.settings import MigrateSettings, Settings

T = TypeVar("T")


class CannotMigrate(Exception):
    """The message says in one line what stands in the way."""


@dataclass(frozen=True)
class Parts:
    """The process, built but not started."""

    app: Application
    database: ReadDatabase
    feed: PostgresChangeFeed
    room: WaitingRoom
    drain: Drain


def bus_of(sources: Sources, room: WaitingRoom) -> QueryBus:
    """Every question and who answers it."""
    orders, products, commands = sources.orders, sources.products, sources.commands
    questions = QueryBus(
        {
            GetOrder: GetOrderHandler(orders),
            ListOrders: ListOrdersHandler(orders),
            OrderHistory: OrderHistoryHandler(orders),
            FollowOrder: FollowOrderHandler(orders, sources.changes, room),
            GetProduct: GetProductHandler(products),
            ListProducts: ListProductsHandler(products),
            GetCommand: GetCommandHandler(commands),
            FollowCommand: FollowCommandHandler(commands, room),
            GetCustomerSummary: GetCustomerSummaryHandler(sources.customers),
            GetSales: GetSalesHandler(sources.sales),
            GetProjections: GetProjectionsHandler(sources.projections),
        }
    )
    return questions.extended({AsOf: AsOfHandler(questions, sources, room)})


def build(settings: Settings) -> Parts:
    """All parts, on the database that `settings` name."""
    database = ReadDatabase(settings.database_url, live.SCHEMA, settings.pool_size)
    room = WaitingRoom(settings.max_waiting_reads)
    sources = Sources(
        PostgresOrderViews(database),
        PostgresOrderChanges(database),
        PostgresProductViews(database),
        PostgresCommandViews(database),
        PostgresCustomerSums(database),
        PostgresSalesSums(database),
        PostgresProjections(database),
        PostgresParkedAggregates(database),
    )
    feed = PostgresChangeFeed(conninfo_of(settings.database_url, live.SCHEMA), room)
    drain = Drain(settings.drain_seconds)
    readiness = drain.readiness(Schema(database, is_current).reasons)
    app = create_app(
        bus_of(sources, room),
        CollectorRegistry(),
        readiness,
        lambda: room.reads,
        settings.page_token_secret.get_secret_value(),
        limits=StreamLimits(
            settings.max_streams,
            settings.stream_heartbeat_seconds,
            settings.stream_patience_seconds,
            settings.stream_life_seconds,
        ),
    )
    return Parts(app, database, feed, room, drain)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port cannot be had."""
    with socket.create_server((settings.host, settings.port), backlog=2048) as listener:
        uvloop.run(_serve(build(settings), listener))


def migrate_database(settings: MigrateSettings) -> str:
    """Apply the missing steps; answers the revision that the database then has. Raises CannotMigrate."""
    # `serve` can do without Alembic, which these load.
    from query_api.migrations.patience import HeldUp, Patience  # noqa: PLC0415
    from query_api.migrations.roles import MissingRoles  # noqa: PLC0415
    from query_api.migrations.run import migrate  # noqa: PLC0415

    try:
        return migrate(settings.database_url, Patience(settings.migration_lock_seconds, settings.migration_attempts))
    except (HeldUp, MissingRoles) as error:
        raise CannotMigrate(str(error)) from None


def with_generations(settings: MigrateSettings, what: Callable[[Generations], T]) -> T:
    """Do `what` about the generations of read models, as the owner of the database. Raises Refused."""
    # The same as above.
    from query_api.adapters.postgres.generations.connection import Owner  # noqa: PLC0415
    from query_api.adapters.postgres.generations.postgres_generations import PostgresGenerations  # noqa: PLC0415
    from query_api.migrations.generations import bare_generation  # noqa: PLC0415
    from query_api.migrations.live import READ_MODELS, live_views  # noqa: PLC0415
    from query_api.migrations.order_lists import indexes_of, kept_of  # noqa: PLC0415
    from query_api.migrations.run import LOCK  # noqa: PLC0415

    blueprint = Blueprint(newest(), LOCK, bare_generation, indexes_of, kept_of, live_views, READ_MODELS)
    owner = Owner(settings.database_url, settings.migration_lock_seconds)
    try:
        return what(PostgresGenerations(owner, blueprint))
    finally:
        owner.close()


async def _serve(parts: Parts, listener: socket.socket) -> None:
    gc.freeze()  # what the modules have made stays for good: no collection need look at it again
    server = Server(parts.app)
    log = structlog.get_logger()

    def stop() -> None:
        log.info("stopping")
        server.should_exit = True
        parts.room.close()
        parts.app.streams.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, parts.drain.begin, stop)
    await parts.database.open()
    feed = asyncio.create_task(parts.feed.run())
    log.info("serving", address=listener.getsockname()[:2])
    await server.serve([listener])
    feed.cancel()
    await asyncio.gather(feed, return_exceptions=True)
    await parts.database.close()
    log.info("stopped")
