"""All read models made anew: a projector folds the log into an empty generation, against COPY of the same rows."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

import psycopg
import redis

from command_api.migrations.run import migrate as migrate_write
from orders_contracts.streams import events_stream
from projector.application.projections.catalogue import READ_MODELS
from query_api.migrations.generations import bare_generation, new_generation
from query_api.migrations.run import migrate as migrate_read
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.link import peak_mib, published, until
from tests.bench.long_lives import write_lives
from tests.bench.machine import running_on
from tests.bench.results import Result, against
from tests.bench.rounds import Round, figures_of, in_turn, ratios, spread
from tests.bench.sides import running, service

FOLD: Final = "rebuild"
COPY: Final = "COPY"
_FEW_ROUNDS: Final = 3
_KEPT: Final = 100
"""Entries that stay in each stream: nearly all of the log has to be replayed."""


async def measure_rebuild(bench: Bench, few: int, many: int) -> list[Result]:
    """A rebuild, indexes included, with the whole lives of `few` orders in the log, and then of `many`."""
    with (
        running_on(bench.cores.every),
        bench.postgres("write-db") as write,
        bench.postgres("read-db") as read,
        bench.valkey() as valkey,
    ):
        migrate_write(write.url, PARTITIONS)
        migrate_read(read.url)
        relay = service("outbox_relay", "run", database_url=write.url, redis_url=valkey.url)
        async with running([relay], bench.logs, bench.cores.every):
            build = _Rebuild(bench, write.url, read.url, valkey.url)
            await build.grow(few)
            small = [await build.fold() for _ in range(_FEW_ROUNDS)]
            await build.grow(many)
            bench.say(f"[bold]rebuild[/bold]: {build.events:,} events, the lives of {many:,} orders, from replays")
            await build.fold()  # there must be rows to copy
            rounds = await in_turn([FOLD, COPY], bench.rounds, build.measure, bench.tell_round)
    return _results(small, build.folds[len(small) :], rounds)


def _results(small: Sequence["Fold"], large: Sequence["Fold"], rounds: Sequence[Round]) -> list[Result]:
    ours, theirs = figures_of(rounds, FOLD), figures_of(rounds, COPY)
    logs = f"{large[0].events:,} events in the log vs {small[0].events:,}"
    cost = spread([small[-1].rate / one.rate for one in large])
    memory = spread([one.mib / small[-1].mib for one in large])
    return [
        Result("rebuild vs COPY of the same rows", ratios(rounds, FOLD, COPY), 0.25, "times", against(ours, theirs)),
        Result("rebuild vs 10,000 events/s", spread([one[FOLD] / 10_000 for one in rounds]), 1.0, "times", ""),
        Result(f"rebuild: cost of an event, {logs}", cost, 1.1, "at most", ""),
        Result("rebuild: memory of the projector, likewise", memory, 1.2, "at most", f"{large[-1].mib:,.0f} MiB"),
    ]


class Fold(NamedTuple):
    """A rebuild: how many events, how long, and the most memory that the projector had."""

    events: int
    seconds: float
    mib: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


class _Rebuild:
    """Generations in turn, each made empty before: g2 is folded, g3 is copied from it."""

    def __init__(self, bench: Bench, write_url: str, read_url: str, redis_url: str) -> None:
        self._bench = bench
        self._write_url = write_url
        self._read_url = read_url
        self._redis_url = redis_url
        self._orders = 0
        self.events = 0
        self.folds: list[Fold] = []

    async def grow(self, orders: int) -> None:
        """Have the lives of so many orders in the log, and nearly nothing in the streams."""
        with psycopg.connect(self._write_url) as connection:
            self.events += write_lives(connection, orders - self._orders, self._orders)
        self._orders = orders
        await until(lambda: published(self._redis_url) >= self.events)
        _trim(self._redis_url)

    async def measure(self, how: str) -> float:
        """Events per second."""
        return (await self.fold()).rate if how == FOLD else self.events / await asyncio.to_thread(self._copy)

    async def fold(self) -> Fold:
        """From the start of the projector to the last index."""
        self._make("g2")
        projector = service("projector", "run", database_url=self._read_url, redis_url=self._redis_url, generation="g2")
        began = time.monotonic()
        async with running([projector], self._bench.logs, self._bench.cores.every) as (side,):
            await until(lambda: self._applied() >= self.events)
            await asyncio.to_thread(self._index, "g2")
            self.folds.append(Fold(self.events, time.monotonic() - began, peak_mib(side)))
        return self.folds[-1]

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
            for statement in new_generation(generation)[len(bare_generation(generation)) :]:
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
