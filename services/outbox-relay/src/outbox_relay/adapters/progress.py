"""How far the relay has come with its partitions, in a line for people and as figures for machines."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from outbox_relay.application.ports import Stand

BACKLOG: Final = 1_000
"""Events. More of them at a time are worth a word."""
PACE_SECONDS: Final = 2.0
"""Over how long the speed is taken, and how often it is told."""


class Pace(NamedTuple):
    """So many events remain; at so many a second they take so long."""

    remaining: int
    events_per_second: float
    seconds_left: float


class Progress:
    """Hears where the relay stands; `monotonic` tells seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stand: Stand | None = None
        self._remaining = 0
        self._published = 0
        self._since: tuple[float, int] | None = None
        self._speed = 0.0

    def published(self, events: int) -> None:
        """So many more are in their streams."""
        self._published += events

    def stands(self, stand: Stand, stopped: Mapping[int, str]) -> Pace | None:
        """Where the relay is; the pace it goes at, every two seconds while there is a backlog."""
        self._stand = stand
        self._remaining = sum(
            max(0, stand.logged[p] - stand.published[p])
            for p in stand.mine
            if p < len(stand.logged) and p not in stopped
        )
        now = self._monotonic()
        if self._remaining <= BACKLOG:
            self._since, self._speed = None, 0.0
            return None
        if self._since is None:
            self._since = now, self._published
        began, before = self._since
        if now - began < PACE_SECONDS:
            return None
        self._speed, self._since = (self._published - before) / (now - began), (now, self._published)
        return self._pace()

    def status(self, stopped: Mapping[int, str]) -> dict[str, Any]:
        """`summary` (one line, empty at first), `mine`, and each partition's figures."""
        if self._stand is None:
            return {"summary": "", "mine": [], "partitions": []}
        mine, published, logged = self._stand
        figures = enumerate(zip(published, logged, strict=True))
        return {
            "summary": self._summary(mine, len(logged)),
            "mine": sorted(mine),
            "partitions": [
                {"partition": p, "published": done, "logged": head, "stopped": stopped.get(p)}
                for p, (done, head) in figures
            ],
        }

    def _pace(self) -> Pace | None:
        return Pace(self._remaining, self._speed, self._remaining / self._speed) if self._speed else None

    def _summary(self, mine: frozenset[int], partitions: int) -> str:
        if self._remaining <= BACKLOG:
            return f"publishes partitions {' '.join(map(str, sorted(mine)))}" if mine else "publishes no partition"
        words = f"publishing {len(mine)} of {partitions} partitions; backlog {self._remaining:,} events"
        pace = self._pace()
        return f"{words}, {pace.events_per_second:,.0f}/s, {pace.seconds_left:,.0f} s left" if pace else words
