"""The words of the numbered log: entries, checkpoints, the pieces that are applied, and what is parked."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from orders_contracts.codec import Event


class Entry(NamedTuple):
    """An event as it stands in the stream. `sequence` is 0 for an entry that no relay of ours has numbered."""

    sequence: int
    event_id: str
    prev: str
    data: bytes


class Checkpoint(NamedTuple):
    """The last event of a partition that the read model holds; sequence 0 and NO_EVENT before the first."""

    sequence: int
    event_id: str


class Aggregate(NamedTuple):
    """Whose event it is; its type and id."""

    type: str
    id: str


UNKNOWN: Final = Aggregate("", "")
"""Stands for the aggregate of an event whose bytes do not tell it."""


class Unreadable(NamedTuple):
    """An event that this version cannot read, as far as it can be understood all the same; and why."""

    aggregate: Aggregate
    version: int | None
    type: str
    reason: str


class ParkedEvent(NamedTuple):
    """An event that is set apart, with its bytes, until it is retried or dropped. `parked_at`: RFC 3339, once kept."""

    partition: int
    sequence: int
    event_id: str
    aggregate: Aggregate
    version: int | None
    type: str
    data: bytes
    reason: str
    parked_at: str = ""


class Parked(NamedTuple):
    """How many events of a partition are parked, and of whom. What comes of these aggregates is parked too."""

    events: int = 0
    aggregates: frozenset[Aggregate] = frozenset()

    def more(self, aggregates: Sequence[Aggregate]) -> "Parked":
        """After an event of each of `aggregates` was parked."""
        return Parked(self.events + len(aggregates), self.aggregates.union(aggregates))


NOTHING_PARKED: Final = Parked()


class Stored(NamedTuple):
    """The checkpoints of a projection, by partition, all of one epoch; and what is parked, where anything is."""

    epoch: int
    checkpoints: Mapping[int, Checkpoint]
    parked: Mapping[int, Parked] = MappingProxyType({})


class Move(NamedTuple):
    """A checkpoint on its way, from the sequence `was`; `parked` events of the partition were parked there."""

    partition: int
    was: int
    becomes: Checkpoint
    parked: int = 0


class Reading(NamedTuple):
    """What one look into the streams has found. `full`: the partitions that had as much as one look takes."""

    entries: Mapping[int, Sequence[Entry]]
    heads: bytes | None
    full: frozenset[int]


class Pace(NamedTuple):
    """How a replay fares: events per second, events to go, and the seconds that they will take (None: not known)."""

    rate: int
    remaining: int
    seconds_left: int | None


class Slice(NamedTuple):
    """Events of one partition, in order and without a hole, behind `start`; `entries` are what they were read from.
    `replayed`: out of a reply, so that they may be of long ago.
    """

    partition: int
    start: Checkpoint
    events: Sequence[Event | Unreadable]
    entries: Sequence[Entry]
    replayed: bool = False

    @property
    def ids(self) -> list[str]:
        """Their event ids."""
        return [entry.event_id for entry in self.entries]

    @property
    def end(self) -> Checkpoint:
        """The checkpoint once they all are applied."""
        return self.point(len(self.events))

    def point(self, count: int) -> Checkpoint:
        """The checkpoint once the first `count` are applied."""
        return Checkpoint(self.start.sequence + count, self.entries[count - 1].event_id) if count else self.start

    def first(self, count: int) -> "Slice":
        """The first `count` events."""
        return self._replace(events=self.events[:count], entries=self.entries[:count])

    def after(self, count: int) -> "Slice":
        """All but the first `count` events."""
        return self._replace(start=self.point(count), events=self.events[count:], entries=self.entries[count:])


def readable(slices: Iterable[Slice]) -> list[Event]:
    """The events of `slices` that can be read."""
    return [event for piece in slices for event in piece.events if isinstance(event, Event)]


def aggregate_of(event: Event) -> Aggregate:
    """Whose it is."""
    return Aggregate(event.envelope.aggregatetype, event.envelope.subject)
