"""Whole projectors inside the test, on real engines."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg

from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.redis_stream import RedisEventStream
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.entrypoints.loop import Worker
from tests.fakes.projector_ports import RecordingJournal
from tests.integration.projector.conftest import GROUP


@dataclass
class Projector:
    """One that runs, and what it has told."""

    worker: Worker
    journal: RecordingJournal

    async def is_ready(self) -> bool:
        """Whether its probe would say so."""
        return not await self.worker.readiness()


@asynccontextmanager
async def projector(database_url: str, redis_url: str, *, count: int = 50) -> AsyncIterator[Projector]:
    """A projector that runs until the end of the block."""
    journal = RecordingJournal()
    stream, store = RedisEventStream(redis_url, GROUP, count=count), PostgresReadStore(database_url, GROUP)
    bookmarks = Bookmarks(stream, journal)
    stop = asyncio.Event()
    worker = Worker(Consumer(stream, store, bookmarks, journal, wait_seconds=0.3), journal, stop, lambda: 0.5)
    tasks = [asyncio.create_task(worker.run()), asyncio.create_task(bookmarks.run())]
    yield Projector(worker, journal)
    stop.set()
    await asyncio.wait({tasks[0]}, timeout=10)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await stream.close()
    await store.close()


def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    """What the read tables say; nothing while the database does not answer."""
    try:
        with psycopg.connect(database_url, options="-csearch_path=g1", connect_timeout=2) as connection:
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
