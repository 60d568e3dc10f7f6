"""An observer that remembers, and a clock that is set by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from outbox_relay.application.ports import Last, LinkFailure, Span, Stand

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


class InMemoryObserver:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.ticks: list[int] = []
        self.spans: list[Span] = []
        self.refusals: list[tuple[int, Last]] = []
        self.stops: dict[int, str] = {}
        self.ever_stopped: list[str] = []
        self.goes: list[int] = []
        self.age: float | None = None
        self.passes = 0
        self.failures: list[LinkFailure] = []
        self.stands_at: list[Stand] = []

    def ticked(self, number: int) -> None:
        self.ticks.append(number)

    def published(self, spans: Sequence[Span]) -> None:
        self.spans += spans

    def refused(self, partition: int, last: Last) -> None:
        self.refusals.append((partition, last))

    def stopped(self, partition: int, reason: str) -> None:
        self.stops[partition] = reason
        self.ever_stopped.append(reason)

    def going(self, partitions: Sequence[int]) -> None:
        self.goes = list(partitions)
        for partition in partitions:
            self.stops.pop(partition, None)

    def stands(self, stand: Stand) -> None:
        self.stands_at.append(stand)

    def waiting(self, seconds: float) -> None:
        self.age = seconds

    def passed(self) -> None:
        self.passes += 1
        self.age = 0.0

    def failed(self, failure: LinkFailure) -> None:
        self.failures.append(failure)


class SetClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds
