"""The link when much is to be carried: beside a transaction that is held open, and a million events in even memory."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
import redis

from command_api.migrations.run import migrate as migrate_write
from orders_contracts.streams import events_stream
from query_api.migrations.run import migrate as migrate_read
from stack.engines import RunningEngine
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.long_log import append
from tests.bench.machine import running_on
from tests.bench.results import Result
from tests.bench.rounds import figures_of, in_turn, ratios, spread
from tests.bench.sides import Side, running, service

ALONE: Final = "alone"
BESIDE: Final = "beside an open transaction"
COMMITS, EVENTS_EACH = 120, 500
PASSES: Final = 3
"""How often all of that is carried in a round: a single pass is at the mercy of a checkpoint or a rewritten AOF."""
SETTLED: Final = 30.0
"""Seconds after which nothing of the last round is under way any more."""
TRICKLE: Final = 0.02
"""Seconds between the events that go on being written while a transaction is held open."""
DRAINED_WITHIN: Final = 900.0
_KIB: Final = 1024


async def measure_open_transaction(bench: Bench, held_seconds: float) -> list[Result]:
    """The relay's throughput, with a writing transaction open for `held_seconds` or more, against without."""
    with running_on(bench.cores.every), bench.postgres("write-db") as write, bench.valkey() as valkey:
        migrate_write(write.url, PARTITIONS)
        relay = service("outbox_relay", "run", database_url=write.url, redis_url=valkey.url)
        async with running([relay], bench.logs, bench.cores.every) as (side,):
            load = f"{PASSES} times {COMMITS} commits of {EVENTS_EACH} events"
            bench.say(f"[bold]relay[/bold]: {load}, {held_seconds:.0f} s held open")
            measure = partial(_relayed, write.url, valkey.url, side, held_seconds)
            rounds = await in_turn([ALONE, BESIDE], bench.rounds, measure, bench.tell_round)
    detail = f"{figures_of(rounds, BESIDE).middle:,.0f}/s against {figures_of(rounds, ALONE).middle:,.0f}/s"
    name = f"relay with a transaction held open for {held_seconds:.0f} s"
    return [Result(name, ratios(rounds, BESIDE, ALONE), 0.95, "times", detail)]


async def _relayed(write_url: str, redis_url: str, relay: Side, held_seconds: float, how: str) -> float:
    """Events per second that the relay carries. A trickle goes on all the time: minutes of idleness would cost the
    relay and the engines their caches, on one side only.
    """
    with _held(write_url) if how == BESIDE else nullcontext():
        await asyncio.to_thread(_trickle, write_url, held_seconds if how == BESIDE else min(held_seconds, SETTLED))
        await _carried(write_url, redis_url, relay)
        seconds = [await _carried(write_url, redis_url, relay) for _ in range(PASSES)]
        return PASSES * COMMITS * EVENTS_EACH / sum(seconds)


async def _carried(write_url: str, redis_url: str, relay: Side) -> float:
    """Seconds for all events. The relay stands still while they are written, to have them all before it."""
    before = await asyncio.to_thread(published, redis_url)
    relay.process.send_signal(signal.SIGSTOP)
    await asyncio.to_thread(_write, write_url)
    began = time.monotonic()
    relay.process.send_signal(signal.SIGCONT)
    await until(lambda: published(redis_url) >= before + COMMITS * EVENTS_EACH)
    return time.monotonic() - began


def _trickle(write_url: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    with psycopg.connect(write_url, autocommit=True) as connection:
        while time.monotonic() < until:
            append(connection, 1)
            time.sleep(TRICKLE)


def _write(write_url: str) -> None:
    with psycopg.connect(write_url, autocommit=True) as connection:
        for _ in range(COMMITS):
            append(connection, EVENTS_EACH)


@contextmanager
def _held(write_url: str) -> Iterator[None]:
    """A transaction that has written an event, and is given up in the end."""
    with psycopg.connect(write_url) as connection:
        append(connection, 1)
        yield
        connection.rollback()


async def measure_memory(bench: Bench, few: int, many: int) -> list[Result]:
    """The most memory that relay and projector ever have, draining `many` events, against `few`."""
    peaks = [await _drained(bench, count) for count in (few, many)]
    results = []
    for number, name in enumerate(("relay", "projector")):
        small, large = (peak[number] for peak in peaks)
        detail = f"{large:,.0f} MiB against {small:,.0f} MiB"
        what = f"{name}: memory draining {many:,} events vs {few:,}"
        results.append(Result(what, spread([large / small]), 1.2, "at most", detail))
    return results


async def _drained(bench: Bench, count: int) -> tuple[float, float]:
    """MiB at the highest, of relay and projector, once the read side holds `count` events."""
    async with _link(bench) as (write, read, valkey):
        with psycopg.connect(write.url, autocommit=True) as connection:
            append(connection, count)
        programs = [
            service("outbox_relay", "run", database_url=write.url, redis_url=valkey.url),
            service("projector", "run", database_url=read.url, redis_url=valkey.url),
        ]
        began = time.monotonic()
        async with running(programs, bench.logs, bench.cores.every) as (relay, projector):
            await until(lambda: applied(read.url) >= count)
            rate = count / (time.monotonic() - began)
            bench.say(f"[bold]drained[/bold]: {count:,} events, {rate:,.0f}/s through relay and projector")
            return peak_mib(relay), peak_mib(projector)


@asynccontextmanager
async def _link(bench: Bench) -> AsyncIterator[tuple[RunningEngine, RunningEngine, RunningEngine]]:
    with (
        running_on(bench.cores.every),
        bench.postgres("write-db") as write,
        bench.postgres("read-db") as read,
        bench.valkey() as valkey,
    ):
        migrate_write(write.url, PARTITIONS)
        migrate_read(read.url)
        yield write, read, valkey


def peak_mib(side: Side) -> float:
    """The most memory that a process has had so far, in MiB."""
    status = Path(f"/proc/{side.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / _KIB


def published(redis_url: str) -> int:
    """How many events were ever added to the streams."""
    with redis.Redis.from_url(redis_url) as client:
        keys = [key for p in range(PARTITIONS) if client.exists(key := events_stream(1, p))]
        return sum(client.xinfo_stream(key)["entries-added"] for key in keys)


def applied(read_url: str) -> int:
    """How many events the read model holds."""
    with psycopg.connect(read_url, autocommit=True) as connection:
        found = connection.execute("SELECT coalesce(sum(sequence), 0) FROM g1.projection_checkpoint").fetchone()
    return int(found[0]) if found else 0


async def until(reached: Callable[[], bool]) -> None:
    """Look every 20 ms, in a thread. Raises TimeoutError when it takes unreasonably long."""
    async with asyncio.timeout(DRAINED_WITHIN):
        while not await asyncio.to_thread(reached):  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.02)
