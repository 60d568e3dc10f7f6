"""What the relay needs from the outside, by role."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from orders_contracts.heads import Heads

Row = tuple[int, str, str, bytes]
"""One event of the log, in the log's order: partition, event id, type, data (the final bytes)."""


class LinkFailure(Exception):
    """The relay cannot go on just now. The message says why, in one line. Wait, and try again for ever."""


class OutboxUnavailable(LinkFailure):
    """The write database does not answer, or is not ready to be read."""


class OutboxUnfit(LinkFailure):
    """The write database answers, but must not be numbered: a standby, or not the cluster that wrote the log."""


class StreamUnavailable(LinkFailure):
    """Redis does not answer, or refuses to be written."""


class Log(NamedTuple):
    """`epoch` (from 1) and number of `partitions`, as the write database keeps them."""

    epoch: int
    partitions: int


@dataclass(frozen=True, slots=True)
class Tick:
    """`heads[p]` counts the events of partition p in this tick and all before it.

    `rows` are the tick's own events, in the log's order, where whoever made it got them along; else none.
    """

    number: int
    heads: Sequence[int]
    rows: Sequence[Row] = field(default=(), compare=False, repr=False)


class Last(NamedTuple):
    """A stream's last entry id, and its event id: "" when that entry is not there any more or never was."""

    entry: str
    event_id: str


class Spoken(NamedTuple):
    """Whose heads are there: their epoch and their tick."""

    epoch: int
    tick: int


class Batch(NamedTuple):
    """Consecutive events of one partition, the first numbered `first`.

    They are written only if the stream ends with `expected`; `prev` is the id of the event before them.
    """

    partition: int
    expected: Last
    first: int
    prev: str
    rows: Sequence[Row]

    @property
    def end(self) -> Last:
        """What the stream ends with once the batch is written."""
        return Last(f"{self.first + len(self.rows) - 1}-0", self.rows[-1][1])


class Outbox(Protocol):
    """The log of the write database. Every method but `close` raises OutboxUnavailable."""

    async def open(self) -> Log:
        """Connect, anew if need be, and make sure that this is the log's own primary. Raises OutboxUnfit."""

    async def look(self) -> Log:
        """What `open` finds, over the connection in hand; it is not made anew. Raises OutboxUnfit."""

    async def close(self) -> None:
        """Let go of the connection. Harmless when there is none."""

    async def tick(self) -> Tick:
        """Number what is new, if anything is, durably; answer the newest tick, whoever made it.

        The tick that this call made may bring its events along.

        Raises OutboxUnfit when transaction ids lie below those of the newest tick.
        """

    async def ticks(self, numbers: Collection[int]) -> dict[int, Sequence[int]]:
        """The heads of these ticks."""

    async def event_id(self, tick: int, partition: int, rank: int) -> str:
        """The id of the event that is number `rank` (from 0) of its partition in `tick` (from 1)."""

    def read(self, starts: Sequence[int], up_to: int, expected: int) -> AsyncGenerator[Sequence[Row]]:
        """The events of partition p in the ticks after `starts[p]`, up to tick `up_to`, in the log's order.

        They come in chunks, so that memory stays constant; about `expected` of them are to come.
        """

    async def waiting_seconds(self, tick: int) -> float | None:
        """The age of the oldest event that is not in `tick` or a tick before it; None when there is none."""


class EventStream(Protocol):
    """The streams, one per partition, and the heads. Every method raises StreamUnavailable."""

    async def last(self, epoch: int, partitions: Sequence[int]) -> list[Last]:
        """How these partitions' streams end; `0-0` and "" for a stream that is not there."""

    async def publish(self, epoch: int, batches: Sequence[Batch]) -> list[Last | None]:
        """Write each batch wholly or not at all: None for a written one, else how the stream really ends."""

    async def trim(self, epoch: int, partitions: Sequence[int]) -> int:
        """Let go of what every group of these streams has passed, less a window; how many entries went.

        A stream without a group loses nothing, and none its last entry. Must work when memory is full.
        """

    async def announce(self, heads: Heads, outdated: int = 0) -> Spoken | None:
        """Tell the readers what has been published: None, or whose heads stay because they are further on.

        Heads of this epoch and the tick `outdated` never stay.
        """


class Membership(Protocol):
    """Which relays live. Every method raises StreamUnavailable."""

    @property
    def name(self) -> str:
        """This relay's own."""

    async def beat(self) -> frozenset[str]:
        """Be heard of; all that were heard of lately, this relay too. The last known while nothing can be written."""

    async def leave(self) -> None:
        """Be gone at once. Harmless for one that was never there."""


class Clock(Protocol):
    """Time, for what is told to people and readers, and for waiting."""

    def now(self) -> datetime:
        """The moment, aware."""

    def monotonic(self) -> float:
        """Seconds since some moment, never set back."""


class Span(NamedTuple):
    """The sequences `first` to `last` of a partition."""

    partition: int
    first: int
    last: int


class Stand(NamedTuple):
    """How far this relay has come: by partition what is published and what is logged; some are its own."""

    mine: frozenset[int]
    published: Sequence[int]
    logged: Sequence[int]


class Observer(Protocol):
    """Hears what happens, for logs, figures and readiness. Never raises."""

    def ticked(self, number: int) -> None:
        """A tick was seen for the first time."""

    def published(self, spans: Sequence[Span]) -> None:
        """These events are in their streams."""

    def refused(self, partition: int, last: Last) -> None:
        """A stream ended otherwise than expected, so nothing was written to it."""

    def stopped(self, partition: int, reason: str) -> None:
        """Nothing is published to this partition until a person has looked."""

    def going(self, partitions: Sequence[int]) -> None:
        """These partitions are published to; all others are stopped."""

    def stands(self, stand: Stand) -> None:
        """Once a second, also in the middle of a backlog."""

    def waiting(self, seconds: float) -> None:
        """The oldest event that is not published has this age now; 0 when there is none."""

    def passed(self) -> None:
        """All that there was has been published."""

    def failed(self, failure: LinkFailure) -> None:
        """The relay could not go on, and will try again."""
