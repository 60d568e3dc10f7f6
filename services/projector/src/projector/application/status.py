"""How the projector fares, for people: the pace of a replay, and where each partition stands."""

from dataclasses import dataclass
from typing import Final

from projector.application.log import Pace
from projector.application.ports import Clock, Journal
from projector.application.progress import Partition, Progress, State

WINDOW: Final = 2.0
"""Seconds over which a pace is taken, and between two lines that tell it."""


class Pacemeter:
    """Counts what is replayed, for as long as something is."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._began: float | None = None
        self._count = 0
        self.pace: Pace | None = None

    def count(self, events: int) -> None:
        """So many more are applied."""
        self._count += events

    def look(self, gaps: list[Partition]) -> None:
        """Tell the pace now and then, while there are `gaps`."""
        now = self._clock.monotonic()
        if not gaps:
            self._began, self.pace = None, None
        elif self._began is None:
            self._began, self._count = now, 0
        elif (seconds := now - self._began) >= WINDOW:
            rate, remaining = round(self._count / seconds), sum(partition.remaining for partition in gaps)
            self.pace = Pace(rate, remaining, round(remaining / rate) if rate else None)
            self._began, self._count = now, 0
            self._journal.replaying(self.pace)


@dataclass(frozen=True, slots=True)
class Standing:
    """One partition: `state` is one of flowing, suspect, gap, stopped, or elsewhere with another projector."""

    partition: int
    sequence: int
    head: int
    state: str
    reason: str
    parked: int


@dataclass(frozen=True, slots=True)
class Status:
    """One line for people, empty before anything is known; the partitions of this projector; and all of them."""

    summary: str
    mine: list[int]
    partitions: list[Standing]


def status_of(progress: Progress | None, pace: Pace | None) -> Status:
    """What there is to say about `progress`; nothing is known before the first heads entry (None)."""
    if progress is None:
        return Status("", [], [])
    partitions = [_standing(partition, progress) for _, partition in sorted(progress.partitions.items())]
    words = [_replaying(progress, pace), _parked(sum(standing.parked for standing in partitions))]
    mine = sorted(progress.mine)
    going = f"projects partitions {' '.join(map(str, mine))}" if mine else "projects no partition"
    return Status("; ".join(filter(None, words)) or going, mine, partitions)


def _standing(partition: Partition, progress: Progress) -> Standing:
    state = partition.state.name.lower() if partition.number in progress.mine else "elsewhere"
    return Standing(
        partition.number, partition.checkpoint.sequence, partition.head, state, partition.reason, partition.parked
    )


def _replaying(progress: Progress, pace: Pace | None) -> str:
    gaps = progress.within(State.GAP)
    if not gaps:
        return ""
    if pace is None:
        return f"replaying: {sum(partition.remaining for partition in gaps):,} to go"
    left = "" if pace.seconds_left is None else f", {pace.seconds_left:,} s left"
    return f"replaying: {pace.rate:,} events/s, {pace.remaining:,} to go{left}"


def _parked(events: int) -> str:
    return f"parked: {events:,} event{'' if events == 1 else 's'}" if events else ""
