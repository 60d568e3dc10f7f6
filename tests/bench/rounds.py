"""Rounds in turn: first to last, then last to first (A B B A), so that a machine that drifts favours nobody."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of all rounds, and the lowest and the highest of them."""

    middle: float
    low: float
    high: float


class Percentiles(NamedTuple):
    """Milliseconds."""

    p50: float
    p99: float


Round = Mapping[str, float]
"""A figure per side."""


def spread(values: Sequence[float]) -> Spread:
    """Raises statistics.StatisticsError without values."""
    return Spread(median(values), min(values), max(values))


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Of at least one value; the nearest rank above."""
    ranked = sorted(seconds)
    return Percentiles(*(1000 * ranked[min(int(share * len(ranked)), len(ranked) - 1)] for share in (0.5, 0.99)))


def ratios(rounds: Sequence[Round], ours: str, theirs: str) -> Spread:
    """`ours` divided by `theirs`, each pair from the same round."""
    return spread([figures[ours] / figures[theirs] for figures in rounds])


def figures_of(rounds: Sequence[Round], side: str) -> Spread:
    """One side's own figures."""
    return spread([figures[side] for figures in rounds])


async def in_turn(
    sides: Sequence[str], count: int, measure: Callable[[str], Awaitable[float]], tell: Callable[[int, Round], None]
) -> list[Round]:
    """Measure every side once in each of `count` rounds; every other round goes backwards. `tell` hears of each."""
    rounds: list[Round] = []
    for number in range(1, count + 1):
        order = sides if number % 2 else sides[::-1]
        measured = {side: await measure(side) for side in order}
        rounds.append({side: measured[side] for side in sides})
        tell(number, rounds[-1])
    return rounds
