"""Builds the projector out of its parts, and owns its signals: the only place that knows concrete types."""

import asyncio
import contextlib
import gc
import random
import signal
import socket
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.redis_stream import RedisEventStream
from projector.adapters.system_clock import SystemClock
from projector.adapters.telemetry import Telemetry
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.entrypoints.loop import Worker
from projector.entrypoints.probes import ProbeServer, listen, probes_app
from projector.settings import Settings

WAIT_SECONDS: Final = 1.0
"""How long one look into the streams waits. An entry with an id that is not above the last one read wakes nobody."""

GRACE_SECONDS: Final = 5.0
"""How long the batch in hand may take once the process has been told to stop."""

FAREWELL_SECONDS: Final = 1.0
"""How long the last bookmark may take."""


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
    journal = Telemetry(SystemClock(), registry)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(_listener(settings))
        stream = RedisEventStream(settings.redis_url, settings.generation, count=settings.read_count)
        stack.push_async_callback(stream.close)
        store = PostgresReadStore(settings.database_url, settings.generation)
        stack.push_async_callback(store.close)
        bookmarks = Bookmarks(stream, journal)
        consumer = Consumer(stream, store, bookmarks, journal, wait_seconds=WAIT_SECONDS)
        worker = Worker(consumer, journal, stop, random.SystemRandom().random)
        server = ProbeServer(probes_app(worker.readiness, registry))
        log.info("started", host=settings.host, port=settings.port, generation=settings.generation)
        await _drive(worker, bookmarks, server, listener, stop)
    log.info("stopped")


def _spare_the_collector() -> None:
    """A batch is thousands of small objects that die by reference count; looking for cycles among them took half of
    the time. What the modules have made stays for good.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def _listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except socket.gaierror as error:
        raise CannotStart("host", f"{settings.host}: {error.strerror}") from error
    except OSError as error:
        raise CannotStart("port", f"{settings.host}:{settings.port}: {error.strerror}") from error


async def _drive(
    worker: Worker, bookmarks: Bookmarks, server: ProbeServer, listener: socket.socket, stop: asyncio.Event
) -> None:
    """The worker decides how long; the others run beside it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        showing = tasks.create_task(bookmarks.run())
        working = tasks.create_task(worker.run())
        await stop.wait()
        await asyncio.wait({working}, timeout=GRACE_SECONDS)
        # If it is still at it, an engine does not answer. What was under way is then undone by the database.
        working.cancel()
        showing.cancel()
        server.should_exit = True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await bookmarks.flush()
