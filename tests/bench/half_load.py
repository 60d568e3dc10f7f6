"""How long a command takes at half of what the plain way can do at most: both sides at that same, steady rate.

Requests leave when they are due, whatever became of the ones before, and an answer's time counts from that moment: who
falls behind is charged for every request that had to wait for it (no coordinated omission).
"""

import time
from collections.abc import Mapping
from functools import partial
from random import Random
from statistics import median
from typing import Final

from tests.bench.bench import Bench
from tests.bench.client import Answer
from tests.bench.closed_loop import CLIENTS, WrongAnswer
from tests.bench.open_loop import Line, arrivals
from tests.bench.results import Result
from tests.bench.rounds import Percentiles, figures_of, in_turn, percentiles, ratios
from tests.bench.shops import CREATE, OURS, PSYCOPG, Shop, open_shops
from tests.bench.traffic import creations

SHARE: Final = 0.5
"""Of the psycopg baseline's peak."""
_LENGTHS: Final = 2
"""A side's part of a round, in rounds of the others: the highest percentile needs its thousands of answers."""


async def measure_half_load(bench: Bench) -> list[Result]:
    """The row about the 99th percentile; less is better."""
    async with open_shops(bench, [OURS, PSYCOPG]) as shops:
        peak = await _peak(shops[PSYCOPG])
        await shops[OURS].rate(creations(), CREATE)
        for shop in shops.values():
            shop.settle()
        load = f"{SHARE * peak:,.0f} orders/s, half of the {peak:,.0f}/s that {PSYCOPG} reaches with 64 clients"
        bench.say(f"[bold]half load[/bold]: {load}")
        trials = {name: _Trial(shop, SHARE * peak) for name, shop in shops.items()}

        async def p99(name: str) -> float:
            return await trials[name].p99(_LENGTHS * bench.seconds)

        for name in trials:
            await p99(name)
        rounds = await in_turn(list(trials), bench.rounds, p99, partial(_tell, bench, trials))
    shown = " against ".join(f"{figures_of(rounds, name).middle:.1f} ms" for name in trials)
    p50 = " against ".join(f"{median(trial.p50s[1:]):.1f} ms" for trial in trials.values())
    detail = f"{shown} (p50 {p50}) at {SHARE * peak:,.0f} orders/s"
    name = "create order, p99 at half load vs FastAPI + psycopg"
    return [Result(name, ratios(rounds, OURS, PSYCOPG), 1.0, "at most", detail)]


async def _peak(shop: Shop) -> float:
    """Commands per second; the first round warms up."""
    requests = creations()
    rates = [await shop.rate(requests, CREATE) for _ in range(4)]
    return median(rates[1:])


class _Trial:
    """A side under a steady load."""

    def __init__(self, shop: Shop, rate: float) -> None:
        self._shop = shop
        self._rate = rate
        self._requests = creations()
        self._random = Random(8)
        self._seconds: list[float] = []
        self.p50s: list[float] = []

    async def p99(self, seconds: float) -> float:
        """Milliseconds from the moment that a request was due until its answer was there."""
        self._seconds = []
        line = await Line.open(self._shop.side.port, CLIENTS)
        try:
            async for due in arrivals(self._rate, seconds, self._random):
                line.send(next(self._requests), partial(self._answered, due))
            await line.quiet()
        finally:
            line.close()
        self._shop.acknowledged(CREATE, len(self._seconds))
        found: Percentiles = percentiles(self._seconds)
        self.p50s.append(found.p50)
        return found.p99

    def _answered(self, due: float, answer: Answer) -> None:
        if answer.status != CREATE.expected:
            raise WrongAnswer(f"{answer.status} {answer.body!r}")
        self._seconds.append(time.perf_counter() - due)


def _tell(bench: Bench, trials: Mapping[str, _Trial], number: int, figures: Mapping[str, float]) -> None:
    shown = "   ".join(f"{name} p50 {trials[name].p50s[-1]:.1f} ms, p99 {p99:.1f} ms" for name, p99 in figures.items())
    bench.say(f"  [dim]round {number}:[/dim] {shown}")
