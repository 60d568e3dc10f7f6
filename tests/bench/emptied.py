"""Redis is emptied under load, with a long log behind it: how long until what is accepted is seen again."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from random import Random
from typing import Final

import orjson
import psycopg
import redis

from tests.bench.bench import Bench
from tests.bench.client import Answer, write_request
from tests.bench.closed_loop import WrongAnswer
from tests.bench.databases import counts
from tests.bench.link import applied, until
from tests.bench.long_log import append
from tests.bench.machine import running_on
from tests.bench.open_loop import Line, arrivals
from tests.bench.pipeline import Pipeline, whole_system
from tests.bench.results import Result
from tests.bench.rounds import spread
from tests.bench.traffic import creations

EVENTS: Final = 100_000
RATE: Final = 100.0
"""Orders per second; as many reads of orders that are there."""
_KNOWN: Final = 40
"""Orders of a round that are remembered; the first half of them is read again and again."""
_LOOKED_BACK: Final = 0.2
_SINCE: Final = 0.5
"""Seconds. What was written so long after FLUSHALL must come through; what was under way before would prove nothing."""
_ROUND: Final = 25.0


async def measure_emptied(bench: Bench) -> list[Result]:
    """Seconds from FLUSHALL until the read model holds all that the log had a moment ago.

    Reads are answered all the while, or this raises WrongAnswer. In the end both sides hold the same orders, or
    it raises RuntimeError.
    """
    with running_on(bench.cores.every):
        async with whole_system(bench) as pipeline:
            with psycopg.connect(pipeline.write_url, autocommit=True) as connection:
                append(connection, EVENTS)
            await until(lambda: applied(pipeline.read_url) >= _logged(pipeline))
            bench.say(f"[bold]emptied[/bold]: FLUSHALL with {EVENTS:,} events in the log, {RATE:.0f} orders/s going on")
            rounds = []
            for number in range(1, bench.rounds + 1):
                rounds.append(await _Trial(pipeline, number).run())
                bench.say(f"  [dim]round {number}:[/dim] {rounds[-1]:.1f} s")
            orders = counts(pipeline.write_url, "orders")[0] + EVENTS
            if counts(pipeline.read_url, "g1.order_view") != [orders]:
                raise RuntimeError("the two sides hold different orders")
    return [Result("Redis emptied under load, until equal again", spread(rounds), 10.0, "s", f"{EVENTS:,} events")]


class _Trial:
    def __init__(self, pipeline: Pipeline, number: int) -> None:
        self._pipeline = pipeline
        self._random = Random(number)
        self._orders: list[str] = []

    async def run(self) -> float:
        """Seconds."""
        commands = await Line.open(self._pipeline.commands.port, 16)
        queries = await Line.open(self._pipeline.queries.port, 16)
        load = asyncio.create_task(self._load(commands, queries))
        try:
            await asyncio.sleep(1)
            with redis.Redis.from_url(self._pipeline.redis_url) as client:
                client.flushall()
            return await self._equal_again(time.monotonic())
        finally:
            load.cancel()
            with suppress(asyncio.CancelledError):
                await load
            await commands.quiet()
            await queries.quiet()
            commands.close()
            queries.close()
            await until(lambda: applied(self._pipeline.read_url) >= _logged(self._pipeline))

    async def _load(self, commands: Line, queries: Line) -> None:
        requests = creations()
        async for _ in arrivals(RATE, _ROUND, self._random):
            commands.send(next(requests), self._created)
            if len(self._orders) >= _KNOWN:
                order = self._random.choice(self._orders[: _KNOWN // 2])
                queries.send(write_request("GET", f"/api/v1/orders/{order}"), partial(_must_be, 200))

    def _created(self, answer: Answer) -> None:
        _must_be(201, answer)
        if len(self._orders) < _KNOWN:
            self._orders.append(orjson.loads(answer.body)["order_id"])

    async def _equal_again(self, began: float) -> float:
        await asyncio.sleep(_SINCE)
        while True:
            at, logged = time.monotonic(), await asyncio.to_thread(_logged, self._pipeline)
            await asyncio.sleep(_LOOKED_BACK)
            if await asyncio.to_thread(applied, self._pipeline.read_url) >= logged:
                return max(at - began, 0.0)
            if time.monotonic() - began > _ROUND:
                raise RuntimeError(f"the read model is not equal {_ROUND:.0f} s after FLUSHALL")


def _must_be(status: int, answer: Answer) -> None:
    if answer.status != status:
        raise WrongAnswer(f"{answer.status} {answer.body!r}")


def _logged(pipeline: Pipeline) -> int:
    return counts(pipeline.write_url, "outbox")[0]
