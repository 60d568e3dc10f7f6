"""The projector's journal and clock in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from orders_contracts.codec import Event
from projector.application.log import Pace, ParkedEvent


class RecordingJournal:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.parkings: list[ParkedEvent] = []
        self.parked_events: dict[int, int] = {}
        self.drops: list[tuple[int, str]] = []
        self.skips = 0
        self.outruns: list[Sequence[int]] = []
        self.lag: dict[int, int] = {}
        self.fresh_at: list[str] = []
        self.gaps: list[tuple[int, str | None]] = []
        self.stops: list[tuple[int, str | None]] = []
        self.warnings: list[str] = []
        self.asks: list[int] = []
        self.replays = 0
        self.news = 0
        self.paces: list[Pace] = []
        self.shares: list[Sequence[int]] = []
        self.failures: list[str] = []
        self.recoveries = 0

    def applied(
        self, events: Sequence[Event], news: Sequence[Event], sequences: Mapping[int, int], seconds: float
    ) -> None:
        """See Journal."""
        self.batches.append(len(events))
        self.news += len(news)

    def parked(self, events: Sequence[ParkedEvent]) -> None:
        """See Journal."""
        self.parkings += events

    def dropped(self, events: Sequence[ParkedEvent], reason: str) -> None:
        """See Journal."""
        self.drops += [(event.sequence, reason) for event in events]

    def skipped(self, partition: int, events: int) -> None:
        """See Journal."""
        self.skips += events

    def outrun(self, partitions: Sequence[int]) -> None:
        """See Journal."""
        self.outruns.append(partitions)

    def progress(self, partition: int, sequence: int, head: int, parked: int) -> None:
        """See Journal."""
        self.parked_events[partition] = parked
        self.lag[partition] = head - sequence

    def fresh(self, at: str) -> None:
        """See Journal."""
        self.fresh_at.append(at)

    def waiting(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self.gaps.append((partition, reason))

    def asked(self, partitions: Sequence[int]) -> None:
        """See Journal."""
        self.asks.extend(partitions)

    def replayed(self, events: int) -> None:
        """See Journal."""
        self.replays += events

    def replaying(self, pace: Pace) -> None:
        """See Journal."""
        self.paces.append(pace)

    def shared(self, mine: Sequence[int]) -> None:
        """See Journal."""
        self.shares.append(mine)

    def stopped(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self.stops.append((partition, reason))

    def warned(self, reason: str) -> None:
        """See Journal."""
        self.warnings.append(reason)

    def failing(self, reason: str, error: BaseException | None) -> None:
        """See LoopJournal."""
        self.failures.append(reason)

    def recovered(self) -> None:
        """See LoopJournal."""
        self.recoveries += 1


class FixedClock:
    """Always the same moment; its stopwatch goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """See Clock."""
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        """See Clock."""
        return self.seconds
