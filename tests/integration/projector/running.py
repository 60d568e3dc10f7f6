"""Whole projectors inside the test, on real engines."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psycopg

from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.read_ahead import AsyncioReadAhead
from projector.adapters.redis_members import RedisMembers
from projector.adapters.redis_stream import RedisEventStream
from projector.adapters.system_clock import SystemClock
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.membership import Membership
from projector.application.replay import Replays
from projector.entrypoints.loop import Worker
from tests.fakes.projector_ports import RecordingJournal
from tests.integration.projector.conftest import GROUP


@dataclass
class Projector:
    """One that runs, and what it has told. `die` ends it as a killed process ends: without a word."""

    worker: Worker
    consumer: Consumer
    journal: RecordingJournal
    die: Callable[[], None]

    async def is_ready(self) -> bool:
        """Whether its probe would say so."""
        return not await self.worker.readiness()

    def mine(self) -> list[int]:
        """The partitions that it works on."""
        found: list[int] = self.consumer.status()["mine"]
        return found


@asynccontextmanager
async def projector(
    database_url: str, redis_url: str, *, count: int = 50, name: str = "", generation: str = GROUP
) -> AsyncIterator[Projector]:
    """A projector that runs until the end of the block. Without a `name` it shares the partitions with nobody."""
    journal, clock = RecordingJournal(), SystemClock()
    async with AsyncExitStack() as stack:
        stream = RedisEventStream(redis_url, generation, count=count)
        store = PostgresReadStore(database_url, generation)
        members = RedisMembers(redis_url, f"projector:{generation}", name)
        for part in (stream, store, members):
            stack.push_async_callback(part.close)
        bookmarks, membership = Bookmarks(stream, journal), Membership(name, members, journal)
        share = membership.share if name else everything
        replays = Replays(stream, generation, clock, journal)
        ahead = AsyncioReadAhead()
        consumer = Consumer(
            stream, store, bookmarks, replays, journal, ahead=ahead, share=share, clock=clock, wait_seconds=0.3
        )
        stop = asyncio.Event()
        worker = Worker(consumer, journal, stop, lambda: 0.5)
        background = (bookmarks.run, membership.run) if name else (bookmarks.run,)
        beside = [asyncio.create_task(run()) for run in background]
        working = asyncio.create_task(worker.run())

        def die() -> None:
            for task in (working, *beside):
                task.cancel()

        try:
            yield Projector(worker, consumer, journal, die)
        finally:
            stop.set()
            await asyncio.wait({working}, timeout=10)
            die()
            await asyncio.gather(working, *beside, return_exceptions=True)
            await membership.leave()


def everything(partitions: int) -> frozenset[int]:
    """The share of one who shares with nobody."""
    return frozenset(range(partitions))


def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    """What the read tables say; nothing while the database does not answer, or a projector in this test locks them."""
    options = "-csearch_path=g1 -clock_timeout=100ms"
    try:
        with psycopg.connect(database_url, options=options, connect_timeout=2) as connection:
            return connection.execute(query).fetchall()
    except psycopg.OperationalError:
        return []


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def seconds(self) -> float:
        """So many by now."""
        return time.monotonic() - self._began
