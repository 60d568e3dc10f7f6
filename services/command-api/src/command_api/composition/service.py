"""The service: what its parts are made of, and which settings go where."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import stamina
import structlog
from fastapi import FastAPI

from command_api.adapters.postgres.health import Health, WrongPartitions
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.application.accept_for_later import AcceptForLater
from command_api.application.answer_once import AnswerOnce
from command_api.application.bus import CommandBus, RetryOnConflict
from command_api.application.errors import Unavailable
from command_api.composition.beside import RunsBeside, accepted_commands, expiries, idempotency_sweep
from command_api.composition.commands import command_bus
from command_api.composition.outside import outside_systems
from command_api.entrypoints.app import create_app
from command_api.entrypoints.call import CommandDesk
from command_api.entrypoints.drain import Drain
from command_api.metrics import CommandMetrics, OutsideMetrics
from command_api.migrations.revisions import newest
from command_api.settings import Settings
from orders_domain.values import Currency


def health(database: Database, settings: Settings) -> Health:
    """What must hold before the first command."""
    return Health(database, revision=newest(), partitions=settings.partitions)


def database(settings: Settings) -> Database:
    """The write database, not yet opened."""
    return Database(settings.database_url, size=settings.pool_size, wait_seconds=settings.pool_wait_seconds)


def units_of_work(settings: Settings, write_database: Database, checks: Health) -> PostgresUnitsOfWork:
    """Where commands load and write."""
    return PostgresUnitsOfWork(
        write_database,
        checks,
        SystemClock(),
        UuidV7Ids(),
        settings.partitions,
        stock_elsewhere=settings.inventory_url is not None,
        lease_seconds=settings.accepted_lease_seconds,
    )


def command_desk(bus: CommandBus, settings: Settings) -> CommandDesk:
    """What the routes need."""
    return CommandDesk(
        bus,
        UuidV7Ids(),
        actor_header=settings.actor_header,
        require_if_match=settings.require_if_match,
        require_idempotency_key=settings.require_idempotency_key,
    )


def application(settings: Settings, drain: Drain | None = None) -> FastAPI:
    """The whole service as an ASGI application, whose lifespan opens and closes the database."""
    write_database = database(settings)
    checks = health(write_database, settings)
    units = units_of_work(settings, write_database, checks)
    metrics = CommandMetrics()
    stamina.instrumentation.set_on_retry_hooks([])  # a conflict is an everyday thing
    opened, outside = outside_systems(settings, write_database, OutsideMetrics(metrics.registry).of)
    news = asyncio.Event()
    accepting = AcceptForLater(units.begin, SystemClock(), news.set)
    middlewares = metrics, AnswerOnce(units.begin), accepting, RetryOnConflict()
    bus = command_bus(units.begin, Currency(settings.default_currency), *middlewares, outside=outside)
    beside: list[RunsBeside] = [
        idempotency_sweep(units.answers, settings),
        *expiries(bus, write_database, settings),
        *accepted_commands(bus, units, metrics, news, settings),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await write_database.open()
        try:
            async with opened, contextlib.AsyncExitStack() as running:
                for one in beside:
                    await running.enter_async_context(one.running())
                yield
        finally:
            await write_database.close()

    readiness = checks.reasons if drain is None else drain.readiness(checks.reasons)
    return create_app(command_desk(bus, settings), readiness, metrics.registry, lifespan)


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
