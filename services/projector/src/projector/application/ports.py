"""What the projector needs from outside, by role."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from orders_contracts.heads import Heads
from projector.application.log import Move, Reading, Slice, Stored
from projector.application.projections.fold import Writes


class Unavailable(Exception):
    """The stream or the read database cannot work now. The same again is right, a little later."""


class Refused(Exception):
    """The read database will not take these rows, whenever they come."""


class EventStream(Protocol):
    """The numbered log, as it is published."""

    async def read(self, epoch: int, positions: Mapping[int, int], *, wait_seconds: float) -> Reading:
        """What follows `positions` (the last sequence known of each partition), and a heads entry not read before.

        Waits up to `wait_seconds` for the first of them. Raises Unavailable.
        """
        ...

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """Show everybody how far this projection has come. Raises Unavailable."""
        ...


class ReadStore(Protocol):
    """The read models and their checkpoints, which change together or not at all. All methods raise Unavailable."""

    async def checkpoints(self) -> Stored | None:
        """All checkpoints of the projection; None before the first."""
        ...

    async def open(self, epoch: int, partitions: int) -> Stored:
        """The checkpoints, after those that were missing have been made at 0."""
        ...

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        """Move the checkpoints, then write what `fold` makes of the documents of `orders`; all in one transaction.

        Answers the partitions whose checkpoint does not stand where it `was`: nothing is changed then. No answer
        means that all is committed. Raises Refused, and whatever `fold` raises; nothing is changed then either.
        """
        ...

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """Keep the newest heads entry, and the moment of the newest that is wholly applied (None: none new)."""
        ...


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """This moment, aware."""
        ...


class Journal(Protocol):
    """Where the projector tells people what it does: log lines and figures."""

    def applied(self, slices: Sequence[Slice], seconds: float) -> None:
        """A batch is committed; it took so long."""
        ...

    def skipped(self, partition: int, events: int) -> None:
        """So many events came that were applied already."""
        ...

    def outrun(self, partitions: Sequence[int]) -> None:
        """Somebody else moved these checkpoints first."""
        ...

    def progress(self, partition: int, sequence: int, head: int) -> None:
        """Where a partition stands, and up to where its stream is known to go."""
        ...

    def fresh(self, at: str) -> None:
        """All that was published at that moment (RFC 3339) is applied."""
        ...

    def waiting(self, partition: int, reason: str | None) -> None:
        """A partition has a gap; None: it is closed."""
        ...

    def stopped(self, partition: int, reason: str | None) -> None:
        """A partition goes no further; None: it flows again."""
        ...

    def warned(self, reason: str) -> None:
        """Something else that people should know."""
        ...
