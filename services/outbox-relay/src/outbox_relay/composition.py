"""Builds the relay from its settings and keeps it running until a signal comes."""

import asyncio
import gc
import signal
import socket
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.adapters.system_clock import SystemClock
from outbox_relay.adapters.telemetry import Telemetry
from outbox_relay.application.relay import Relay
from outbox_relay.entrypoints import loop
from outbox_relay.entrypoints.probes import ProbeServer, listen, probes_app
from outbox_relay.settings import Settings

GRACE_SECONDS: Final = 4.0
"""How long the batch in hand may take once the process has been told to stop."""


class CannotStart(Exception):
    """A setting turned out to be wrong: the `name` of its field, and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


async def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT, with probes and figures served beside. Raises CannotStart."""
    gc.freeze()  # what the modules have made stays for good: no collection need look at it again
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log = structlog.get_logger()
    registry = CollectorRegistry()
    clock = SystemClock()
    telemetry = Telemetry(registry, clock.monotonic)
    outbox = PostgresOutbox(settings.database_url)
    client = redis_stream.connect(settings.redis_url)
    relay = Relay(outbox, RedisStream(client, settings.stream_length), clock, telemetry, settings.stream_length)

    async def readiness() -> list[str]:
        return telemetry.reasons()

    with _listener(settings) as listener:
        log.info("started", host=settings.host, port=settings.port)
        server = ProbeServer(probes_app(readiness, registry))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await _finish(asyncio.create_task(loop.run(relay, telemetry, stop, settings.poll_seconds)), stop)
        finally:
            server.should_exit = True
            await serving
            await outbox.close()
            await client.aclose()
            log.info("stopped")


def _listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except socket.gaierror as error:
        raise CannotStart("host", f"{settings.host}: {error.strerror}") from error
    except OSError as error:
        raise CannotStart("port", f"{settings.host}:{settings.port}: {error.strerror}") from error


async def _finish(relaying: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Wait for the relay's end. Raises what ended it, if that was not a signal."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({relaying, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not relaying.done():
        await asyncio.wait({relaying}, timeout=GRACE_SECONDS)
    if relaying.done():
        relaying.result()
        return
    # An engine does not answer. Whatever reached it is either whole or nothing.
    relaying.cancel()
    await asyncio.wait({relaying}, timeout=GRACE_SECONDS / 2)
