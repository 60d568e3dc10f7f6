"""All read models made anew: a projector folds the log into an empty generation, against COPY of the same rows."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import redis

from command_api.migrations.run import migrate as migrate_write
from orders_contracts.streams import events_stream
from projector.application.projections.catalogue import READ_MODELS
from query_api.migrations.generations import bare_generation, late_indexes
from query_api.migrations.run import migrate as migrate_read
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.link import published, until
from tests.bench.long_lives import write_lives
from tests.bench.machine import running_on
from tests.bench.results import Result
from tests.bench.rounds import figures_of, in_turn, ratios, spread
from tests.bench.sides import running, service

FOLD: Final = "rebuild"
COPY: Final = "COPY"
_KEPT: Final = 100
"""Entries that stay in each stream: nearly all of the log has to be replayed."""


async def measure_rebuild(bench: Bench, orders: int) -> list[Result]:
    """Events per second of a rebuild, indexes included, with the whole lives of `orders` orders in the log."""
    with (
        running_on(bench.cores.every),
        bench.postgres("write-db") as write,
        bench.postgres("read-db") as read,
        bench.valkey() as valkey,
    ):
        migrate_write(write.url, PARTITIONS)
        migrate_read(read.url)
        with psycopg.connect(write.url) as connection:
            events = write_lives(connection, orders)
        relay = service("outbox_relay", "run", database_url=write.url, redis_url=valkey.url)
        async with running([relay], bench.logs, bench.cores.every):
            await until(lambda: published(valkey.url) >= events)
            _trim(valkey.url)
            bench.say(f"[bold]rebuild[/bold]: {events:,} events, the lives of {orders:,} orders, from replays")
            build = _Build(bench, read.url, valkey.url, events)
            await build.fold()  # there must be rows to copy
            rounds = await in_turn([FOLD, COPY], bench.rounds, build.measure, bench.tell_round)
    ours = figures_of(rounds, FOLD)
    detail = f"{ours.middle:,.0f} events/s against {figures_of(rounds, COPY).middle:,.0f}/s"
    return [
        Result(
            "rebuild of all read models vs COPY of the same rows", ratios(rounds, FOLD, COPY), 0.25, "times", detail
        ),
        Result(
            "rebuild, 10,000 events/s being 1", spread([one[FOLD] / 10_000 for one in rounds]), 1.0, "times", detail
        ),
    ]


class _Build:
    """Generations in turn, each made empty before: g2 is folded, g3 is copied from it."""

    def __init__(self, bench: Bench, read_url: str, redis_url: str, events: int) -> None:
        self._bench = bench
        self._read_url = read_url
        self._redis_url = redis_url
        self._events = events

    async def measure(self, how: str) -> float:
        """Events per second."""
        seconds = await self.fold() if how == FOLD else await asyncio.to_thread(self._copy)
        return self._events / seconds

    async def fold(self) -> float:
        """Seconds from the start of the projector to the last index."""
        self._make("g2")
        projector = service("projector", "run", database_url=self._read_url, redis_url=self._redis_url, generation="g2")
        began = time.monotonic()
        async with running([projector], self._bench.logs, self._bench.cores.every):
            await until(lambda: self._applied() >= self._events)
            await asyncio.to_thread(self._index, "g2")
            return time.monotonic() - began

    def _copy(self) -> float:
        self._make("g3")
        with psycopg.connect(self._read_url) as source, psycopg.connect(self._read_url) as target:
            began = time.monotonic()
            for model in READ_MODELS:
                columns = ", ".join(column.name for column in model.columns)
                out = f"COPY g2.{model.table} ({columns}) TO STDOUT (FORMAT binary)"
                into = f"COPY g3.{model.table} ({columns}) FROM STDIN (FORMAT binary)"
                with source.cursor().copy(out.encode()) as rows, target.cursor().copy(into.encode()) as copied:
                    for row in rows:
                        copied.write(row)
            target.commit()
            self._index("g3")
            return time.monotonic() - began

    def _make(self, generation: str) -> None:
        with self._owner() as owner:
            owner.execute(f"DROP SCHEMA IF EXISTS {generation} CASCADE".encode())
            for statement in bare_generation(generation):
                owner.execute(statement.encode())

    def _index(self, generation: str) -> None:
        with self._owner() as owner:
            for statement in late_indexes(generation).values():
                owner.execute(statement.encode())

    def _applied(self) -> int:
        with self._owner() as owner:
            found = owner.execute("SELECT coalesce(sum(sequence), 0) FROM g2.projection_checkpoint").fetchone()
        return int(found[0]) if found else 0

    @contextmanager
    def _owner(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._read_url, autocommit=True) as connection:
            yield connection


def _trim(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        for partition in range(PARTITIONS):
            client.xtrim(events_stream(1, partition), maxlen=_KEPT, approximate=False)
