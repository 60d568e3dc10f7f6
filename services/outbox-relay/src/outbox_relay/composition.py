"""Builds the relay from its settings and keeps it running until a signal comes."""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from outbox_relay.adapters import redis_stream, renumbering
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.redis_members import RedisMembers
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.adapters.replay_log import PostgresReplayLog
from outbox_relay.adapters.replay_streams import RedisReplies, RedisRequests
from outbox_relay.adapters.replay_telemetry import ReplayTelemetry
from outbox_relay.adapters.system_clock import SystemClock
from outbox_relay.adapters.telemetry import Telemetry
from outbox_relay.application.ports import LinkFailure
from outbox_relay.application.relay import Relay
from outbox_relay.application.renumbering import Adopted, Raised
from outbox_relay.application.replayer import Replayer
from outbox_relay.entrypoints import loop, replaying
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
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log = structlog.get_logger()
    registry = CollectorRegistry()
    clock = SystemClock()
    telemetry = Telemetry(registry, clock.monotonic)
    outbox = PostgresOutbox(settings.database_url)
    client = redis_stream.connect(settings.redis_url)
    members = RedisMembers(client, f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    stream = RedisStream(client, settings.stream_length, settings.stream_window)
    relay = Relay(outbox, stream, members, clock, telemetry, length=settings.stream_length)

    rests = loop.Rests(settings.poll_seconds, settings.idle_poll_seconds)

    async def readiness() -> list[str]:
        return telemetry.reasons()

    with _listener(settings) as listener:
        log.info("started", host=settings.host, port=settings.port, member=members.name)
        server = ProbeServer(probes_app(readiness, telemetry.status, registry))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with _replays(settings, relay, registry, stop):
                await _finish(asyncio.create_task(loop.run(relay, telemetry, stop, rests)), stop)
        finally:
            server.should_exit = True
            await serving
            with suppress(LinkFailure, TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS / 4):
                    await members.leave()
            await outbox.close()
            await client.aclose()
            log.info("stopped")


@asynccontextmanager
async def _replays(
    settings: Settings, relay: Relay, registry: CollectorRegistry, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Served beside the relay, over connections of their own. What ends that before `stop` is set ends the process."""
    log, requests = PostgresReplayLog(settings.database_url), RedisRequests(settings.redis_url)
    client = redis_stream.connect(settings.redis_url)
    telemetry = ReplayTelemetry(registry)
    replayer = Replayer(
        requests, log, RedisReplies(client), lambda: relay.serving, clock=SystemClock(), observer=telemetry
    )
    task = asyncio.create_task(replaying.run(replayer, telemetry, stop))
    task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=GRACE_SECONDS / 4)
        await requests.close()
        await client.aclose()
        await log.close()
    if task.done() and not task.cancelled():
        task.result()


def new_epoch(settings: Settings, only_from: int | None) -> Raised:
    """Raise the log's epoch, if it is `only_from` where that is given. Raises CannotStart and Refused."""
    try:
        return renumbering.new_epoch(settings.database_url, only_from)
    except renumbering.DatabaseFailure as error:
        raise CannotStart("database_url", str(error)) from error


def adopt(settings: Settings) -> Adopted:
    """Make the log this cluster's own. Raises CannotStart and Refused."""
    try:
        return renumbering.adopt(settings.database_url)
    except renumbering.DatabaseFailure as error:
        raise CannotStart("database_url", str(error)) from error


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
