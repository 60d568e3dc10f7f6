"""Relays inside the test's process, between a real Postgres and a real Valkey."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.redis_members import RedisMembers
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.adapters.system_clock import SystemClock
from outbox_relay.application.relay import Relay
from outbox_relay.entrypoints import loop
from tests.fakes.relay_observer import InMemoryObserver
from tests.integration.outbox_relay.checking import logged, newest_heads, unpublished

Start = Callable[[], InMemoryObserver]


@asynccontextmanager
async def relays(
    database_url: str, redis_url: str, length: int = 100_000, window: int = 10_000
) -> AsyncIterator[Start]:
    """Starts relays that share the partitions, each with its own connections; stops all in the end."""
    stop, running = asyncio.Event(), []

    async def run(observer: InMemoryObserver) -> None:
        outbox, client = PostgresOutbox(database_url), redis_stream.connect(redis_url)
        members, stream = RedisMembers(client, secrets.token_hex(4)), RedisStream(client, length, window)
        try:
            relay = Relay(outbox, stream, members, SystemClock(), observer, length=length)
            await loop.run(relay, observer, stop, loop.Rests(0.002, 0.02))
        finally:
            await outbox.close()
            await client.aclose()

    def start() -> InMemoryObserver:
        observer = InMemoryObserver()
        running.append(asyncio.create_task(run(observer)))
        return observer

    try:
        yield start
    finally:
        stop.set()
        await asyncio.gather(*running)


async def all_told(database_url: str, redis_url: str) -> bool:
    """Nothing waits, and readers have been told so."""
    heads = newest_heads(redis_url)
    return (
        unpublished(database_url) == 0
        and heads is not None
        and list(heads.sequences) == list(map(len, logged(database_url)))
    )
