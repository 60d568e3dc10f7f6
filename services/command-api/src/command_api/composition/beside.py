"""What runs beside the requests, in every replica: sweeps, time limits, commands that were accepted for later."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final, Protocol

from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.idle_orders import PostgresIdleOrders
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.application.bus import CommandBus
from command_api.application.expiry import Expiry
from command_api.application.run_accepted import RunAccepted
from command_api.entrypoints.accepted_watch import AcceptedWatch
from command_api.entrypoints.recurring import Recurring
from command_api.entrypoints.told_later import ToldLater
from command_api.entrypoints.workers import Workers
from command_api.metrics import CommandMetrics
from command_api.settings import Settings
from orders_domain.values import OrderStatus


class RunsBeside(Protocol):
    """Something that runs while its context lasts."""

    def running(self) -> AbstractAsyncContextManager[None]: ...


_SWEEP_SECONDS: Final = 60.0
"""Between two looks for answers that need not be kept any longer, and for orders that nobody has touched for long."""
_LOOK_SECONDS: Final = 5.0
"""Between two looks whether commands that were accepted for later wait for somebody to run them."""


def accepted_commands(
    bus: CommandBus, units: PostgresUnitsOfWork, metrics: CommandMetrics, news: asyncio.Event, settings: Settings
) -> list[RunsBeside]:
    """Who runs accepted commands, and who looks how late they are. `news` says that there is one more."""
    kinds = sorted(command.__name__ for command in bus.commands)
    watch = AcceptedWatch(units.accepted, kinds, metrics.registry)
    work = RunAccepted(bus, units.begin, units.accepted, ToldLater(), watch, attempts=settings.accepted_attempts)
    return [
        Workers(work, news, count=settings.accepted_at_once),
        Recurring("look how late accepted commands are", watch.look, seconds=_LOOK_SECONDS),
    ]


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
