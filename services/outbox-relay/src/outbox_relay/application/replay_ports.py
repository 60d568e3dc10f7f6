"""What serving replays needs from the outside, by role."""

from collections.abc import AsyncGenerator, Collection, Sequence
from typing import NamedTuple, Protocol

from orders_contracts.replay import ReplayRequest
from outbox_relay.application.ports import LinkFailure, Outbox, Row, Tick
from outbox_relay.application.sequencer import Place


class Serving(Protocol):
    """What the relay beside publishes just now: of `epoch` with so many `partitions`, those that are `mine`."""

    @property
    def epoch(self) -> int: ...
    @property
    def partitions(self) -> int: ...
    @property
    def mine(self) -> Collection[int]: ...
    @property
    def newest(self) -> Tick | None: ...


class Asked(NamedTuple):
    """A request as it came: its bytes, and when it was made, in seconds of Redis' clock."""

    data: bytes
    at: float


class Mail(NamedTuple):
    """The requests that are new since the last look, at the moment `now`, in seconds of Redis' clock."""

    now: float
    asked: Sequence[Asked]


class Requests(Protocol):
    """The stream of requests, read by every relay; nothing is acknowledged."""

    async def read(self, wait_seconds: float) -> Mail:
        """What is new, waiting so long for it; the first look goes back as far as requests live.

        Raises StreamUnavailable.
        """


class Piece(NamedTuple):
    """Consecutive events of a request, the first numbered `first`; `prev` is the id of the event before them."""

    first: int
    prev: str
    rows: Sequence[Row]


class Replies(Protocol):
    """The streams that replies are written to."""

    async def write(self, reply_to: str, piece: Piece, after: int) -> bool:
        """Add of a piece what is above the reply's end, and keep the reply for REPLY_SECONDS from now.

        False when the reply ends below the sequence `after`, so that it would have a hole: nothing was added.
        Raises StreamUnavailable.
        """


class Part(NamedTuple):
    """The events `first` to `last` of a partition; the first of them lies in `begin`, the last in `end`."""

    partition: int
    first: int
    last: int
    begin: Place
    end: Place

    @property
    def ticks(self) -> range:
        """The ticks that hold them."""
        return range(self.begin.tick, self.end.tick + 1)

    @property
    def offset(self) -> int:
        """How many events of the partition are before them in those ticks."""
        return self.first - self.begin.before - 1

    @property
    def size(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


class ReplayLog(Outbox, Protocol):
    """The log, read one partition at a time."""

    def replay(self, part: Part) -> AsyncGenerator[Sequence[Row]]:
        """Its events in the log's order, in pieces, so that memory stays constant. Raises OutboxUnavailable."""


class ReplayObserver(Protocol):
    """Hears what happens, for logs and figures. Never raises."""

    def replayed(self, request: ReplayRequest, last: int, seconds: float) -> None:
        """The events from the request's first to `last` are in its reply; finding and writing them took so long."""

    def unreadable(self, reason: str) -> None:
        """A request could not be read, and is passed over."""

    def replay_failed(self, failure: LinkFailure) -> None:
        """Replays cannot be served just now, and will be tried again."""
