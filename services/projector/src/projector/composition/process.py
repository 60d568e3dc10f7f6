"""The process that projects: built out of its parts, driven until a signal, and taken down in order."""

import asyncio
import contextlib
import gc
import random
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry

from projector.adapters.postgres_parking import PostgresParking
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.read_ahead import AsyncioReadAhead
from projector.adapters.redis_members import RedisMembers
from projector.adapters.redis_stream import RedisEventStream
from projector.adapters.system_clock import SystemClock
from projector.adapters.telemetry import Telemetry
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.membership import Membership
from projector.application.ports import Clock, Journal
from projector.application.replay import Replays
from projector.entrypoints.loop import Worker
from projector.entrypoints.probes import ProbeServer, listen, probes_app
from projector.entrypoints.start_up import retry_parked
from projector.settings import Settings

WAIT_SECONDS: Final = 0.5
"""How long one look into the streams waits. An entry with an id that is not above the last one read wakes nobody, nor
does a partition that another projector has left.
"""

GRACE_SECONDS: Final = 5.0
"""How long the batch in hand may take once the process has been told to stop."""

FAREWELL_SECONDS: Final = 1.0
"""How long the last bookmark and the farewell may take."""


Background = Callable[[], Coroutine[Any, Any, None]]
"""What runs until it is cancelled."""


class CannotStart(Exception):
    """A setting turned out to be wrong: the `name` of its field, and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


async def run(settings: Settings) -> None:
    """Project until SIGTERM or SIGINT, with probes and figures served beside. Raises CannotStart."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _spare_the_collector()
    log = structlog.get_logger()
    registry = CollectorRegistry()
    clock = SystemClock()
    journal = Telemetry(clock, registry)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(_listener(settings))
        lot = PostgresParking(settings.database_url, settings.generation)
        stack.push_async_callback(lot.close)
        parts = _assemble(settings, clock, journal, stack)
        worker = Worker(parts.consumer, journal, stop, random.SystemRandom().random)
        server = ProbeServer(probes_app(worker.readiness, parts.consumer.status, registry))
        log.info("started", host=settings.host, port=settings.port, generation=settings.generation)
        beside: list[Background] = [parts.membership.run, parts.bookmarks.run, partial(retry_parked, lot, journal)]
        await _drive(worker, beside, server, listener, stop)
        await _briefly(parts.membership.leave())
        await _briefly(parts.bookmarks.flush())
    log.info("stopped")


class _Parts(NamedTuple):
    consumer: Consumer
    bookmarks: Bookmarks
    membership: Membership


def _assemble(settings: Settings, clock: Clock, journal: Journal, stack: contextlib.AsyncExitStack) -> _Parts:
    """What reads and writes; `stack` gives the connections back."""
    stream = RedisEventStream(settings.redis_url, settings.generation, count=settings.read_count)
    stack.push_async_callback(stream.close)
    store = PostgresReadStore(settings.database_url, settings.generation)
    stack.push_async_callback(store.close)
    me = f"{socket.gethostname()}-{uuid4().hex[:12]}"
    members = RedisMembers(settings.redis_url, f"projector:{settings.generation}", me)
    stack.push_async_callback(members.close)
    bookmarks, membership = Bookmarks(stream, journal), Membership(me, members, journal)
    consumer = Consumer(
        stream,
        store,
        bookmarks,
        Replays(stream, settings.generation, clock, journal),
        journal,
        ahead=AsyncioReadAhead(),
        share=membership.share,
        clock=clock,
        wait_seconds=WAIT_SECONDS,
    )
    return _Parts(consumer, bookmarks, membership)


def _spare_the_collector() -> None:
    """A batch is thousands of small objects that die by reference count; looking for cycles among them took half of
    the time.
    """
    gc.set_threshold(100_000, 20, 50)


def _listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except socket.gaierror as error:
        raise CannotStart("host", f"{settings.host}: {error.strerror}") from error
    except OSError as error:
        raise CannotStart("port", f"{settings.host}:{settings.port}: {error.strerror}") from error


async def _drive(
    worker: Worker, beside: Sequence[Background], server: ProbeServer, listener: socket.socket, stop: asyncio.Event
) -> None:
    """The worker decides how long; the others run beside it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        background = [tasks.create_task(run()) for run in beside]
        working = tasks.create_task(worker.run())
        await stop.wait()
        await asyncio.wait({working}, timeout=GRACE_SECONDS)
        # If it is still at it, an engine does not answer. What was under way is then undone by the database.
        for task in (working, *background):
            task.cancel()
        server.should_exit = True


async def _briefly(farewell: Awaitable[object]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await farewell
