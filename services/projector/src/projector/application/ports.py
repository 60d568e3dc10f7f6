"""What the projector needs from outside, by role."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from orders_contracts.codec import Event
from orders_contracts.heads import Heads
from orders_contracts.replay import ReplayRequest
from projector.application.log import Entry, Move, Pace, ParkedEvent, Reading, Stored
from projector.application.projections.fold import Writes


class Unavailable(Exception):
    """The stream or the read database cannot work now. The same again is right, a little later."""


class Refused(Exception):
    """The read database will not take these rows, whenever they come."""


NO_REPLIES: Final[Mapping[int, str]] = {}


class EventStream(Protocol):
    """The numbered log, as it is published."""

    async def read(
        self,
        epoch: int,
        positions: Mapping[int, int],
        replies: Mapping[int, str] = NO_REPLIES,
        *,
        wait_seconds: float,
    ) -> Reading:
        """What follows `positions` (the last sequence known of each partition), and a heads entry not read before.

        A partition that `replies` has a name for is read from the reply of that name, in place of its own stream.
        Waits up to `wait_seconds` for the first of them. Raises Unavailable.
        """
        ...

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        """The one entry that follows each of `positions` in its own stream, where there is one. Raises Unavailable."""
        ...

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        """Ask the relays for replays, and have them know that the replies `used` are read up. Raises Unavailable."""
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

    async def restart(self, epoch: int, partitions: int) -> Stored:
        """The checkpoints, after all was emptied and begun anew for `epoch`, if what stood there was of a lower one."""
        ...

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """Keep the newest heads entry, and the moment of the newest that is wholly applied (None: none new)."""
        ...


class Members(Protocol):
    """The replicas of this projector that live, this one among them."""

    async def beat(self) -> frozenset[str]:
        """Say that this one lives. Answers who does. Raises Unavailable."""
        ...

    async def leave(self) -> None:
        """Say that this one ends. Raises Unavailable."""
        ...


class Clock(Protocol):
    """The time of day, and a stopwatch."""

    def now(self) -> datetime:
        """This moment, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; they never go back."""
        ...


class Journal(Protocol):
    """Where the projector tells people what it does: log lines and figures."""

    def applied(
        self, events: Sequence[Event], news: Sequence[Event], sequences: Mapping[int, int], seconds: float
    ) -> None:
        """A batch is committed: these events, up to these sequences by partition. It took so long.

        `news` are those that somebody may wait for; the others are replays.
        """
        ...

    def parked(self, events: Sequence[ParkedEvent]) -> None:
        """These are committed as parked."""
        ...

    def dropped(self, events: Sequence[ParkedEvent], reason: str) -> None:
        """These are parked no more, and will never be applied; a person has said why."""
        ...

    def skipped(self, partition: int, events: int) -> None:
        """So many events came that were applied already."""
        ...

    def outrun(self, partitions: Sequence[int]) -> None:
        """Somebody else moved these checkpoints first."""
        ...

    def progress(self, partition: int, sequence: int, head: int, parked: int) -> None:
        """Where a partition stands, up to where its stream is known to go, and how many events are parked."""
        ...

    def fresh(self, at: str) -> None:
        """All that was published at that moment (RFC 3339) is applied."""
        ...

    def waiting(self, partition: int, reason: str | None) -> None:
        """A partition has a gap; None: it is closed."""
        ...

    def asked(self, partitions: Sequence[int]) -> None:
        """A replay is asked for, for each of these."""
        ...

    def replayed(self, events: int) -> None:
        """So many events of a replay are applied."""
        ...

    def replaying(self, pace: Pace) -> None:
        """How a replay fares."""
        ...

    def shared(self, mine: Sequence[int]) -> None:
        """The partitions that are this projector's from now on."""
        ...

    def stopped(self, partition: int, reason: str | None) -> None:
        """A partition goes no further; None: it flows again."""
        ...

    def warned(self, reason: str) -> None:
        """Something else that people should know."""
        ...
