"""From the commit of a command to its visibility: the whole system under a steady, moderate load.

The clock starts with the moment that the write database notes for the commit (before it is flushed to disk) and
stops when a client holds query-api's answer with that version in hand. So everything is in it: the flush, the log,
the link, the projection, the wake-up, and HTTP. Reads carry the Consistency-Token of the command that they wait for.
"""

import asyncio
import time
from functools import partial
from random import Random
from statistics import median
from typing import Final

import orjson
import psycopg

from tests.bench.bench import Bench
from tests.bench.client import Answer, write_request
from tests.bench.closed_loop import WrongAnswer
from tests.bench.databases import counts
from tests.bench.machine import running_on
from tests.bench.open_loop import Line, arrivals
from tests.bench.pipeline import Pipeline, whole_system
from tests.bench.results import Result
from tests.bench.rounds import percentiles, spread
from tests.bench.traffic import creations

SHARE: Final = 0.3
"""Of the peak that was measured."""
READ_ONE_IN: Final = 4
"""Not every order is read back: the load shall be that of the commands."""
CONNECTIONS: Final = 64
CAUGHT_UP_WITHIN: Final = 10.0
_COMMITTED: Final = """
SELECT aggregate_id, extract(epoch FROM pg_xact_commit_timestamp(xid::xid))::float8
FROM outbox WHERE aggregate_type = 'order' AND aggregate_id = ANY(%s)
"""


async def measure_visible(bench: Bench) -> list[Result]:
    """The two rows about commit to visible, at 30 % of what the whole system takes and shows at most.

    Raises RuntimeError when in the end not every order is visible.
    """
    with running_on(bench.cores.every):
        async with whole_system(bench) as pipeline:
            rate = SHARE * await _peak(bench, pipeline)
            shown = f"{rate:,.0f} orders/s through all four processes, one in {READ_ONE_IN} read back"
            bench.say(f"[bold]visible[/bold]: {shown}")
            trial = _Trial(pipeline, rate)
            await trial.round(bench.seconds)
            rounds = []
            for number in range(1, bench.rounds + 1):
                rounds.append(percentiles(await trial.round(2 * bench.seconds)))
                shown = f"p50 {rounds[-1].p50:.1f} ms   p99 {rounds[-1].p99:.1f} ms"
                bench.say(f"  [dim]round {number}:[/dim] {shown}")
            await _all_visible(pipeline)
    detail = f"{rate:,.0f} orders/s; {trial.queued} of {trial.sent} requests left late"
    return [
        Result("commit to visible p50", spread([one.p50 for one in rounds]), 5.0, "ms", detail),
        Result("commit to visible p99", spread([one.p99 for one in rounds]), 15.0, "ms", detail),
    ]


async def _peak(bench: Bench, pipeline: Pipeline) -> float:
    """Orders per second that the whole system takes and shows: from the first request to the last one's visibility."""
    rates = []
    for _ in range(3):
        began = time.monotonic()
        load = await bench.load(pipeline.commands, creations(), expected=201)
        await _all_visible(pipeline)
        rates.append(load.answered / (time.monotonic() - began))
    bench.say(f"[bold]peak[/bold]: {median(rates):,.0f} orders/s taken and shown, all four processes here, 64 clients")
    return median(rates)


class _Trial:
    """Sends orders at a rate, and notes when some of them are seen."""

    def __init__(self, pipeline: Pipeline, rate: float) -> None:
        self._pipeline = pipeline
        self._rate = rate
        self._requests = creations()
        self._random = Random(5)
        self._seen: dict[str, float] = {}
        self.sent = 0
        self.queued = 0

    async def round(self, seconds: float) -> list[float]:
        """Seconds from commit to visible of every order that was read back."""
        self._seen = {}
        commands = await Line.open(self._pipeline.commands.port, CONNECTIONS)
        queries = await Line.open(self._pipeline.queries.port, CONNECTIONS)
        try:
            accepted = partial(self._accepted, queries)
            async for _ in arrivals(self._rate, seconds, self._random):
                self.sent += 1
                commands.send(next(self._requests), accepted)
            await commands.quiet()
            await queries.quiet()
        finally:
            self.queued += commands.queued
            commands.close()
            queries.close()
        return self._measured()

    def _accepted(self, queries: Line, answer: Answer) -> None:
        if answer.status != 201:
            raise WrongAnswer(f"{answer.status} {answer.body!r}")
        if self._random.random() < 1 / READ_ONE_IN:
            order_id: str = orjson.loads(answer.body)["order_id"]
            wait = (f"Consistency-Token: {answer.header('Consistency-Token')}", "Prefer: wait=10")
            request = write_request("GET", f"/api/v1/orders/{order_id}", headers=wait)
            queries.send(request, partial(self._read, order_id))

    def _read(self, order_id: str, answer: Answer) -> None:
        if answer.status != 200:
            raise WrongAnswer(f"{answer.status} {answer.body!r}")
        self._seen[order_id] = time.time()

    def _measured(self) -> list[float]:
        with psycopg.connect(self._pipeline.write_url) as connection:
            committed = connection.execute(_COMMITTED, (list(self._seen),)).fetchall()
        return [self._seen[order_id] - at for order_id, at in committed]


async def _all_visible(pipeline: Pipeline) -> None:
    (written,) = counts(pipeline.write_url, "orders")
    deadline = time.monotonic() + CAUGHT_UP_WITHIN
    while (visible := counts(pipeline.read_url, "g1.order_view")) != [written]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{written} orders were accepted, {visible[0]} are visible")
        await asyncio.sleep(0.05)
