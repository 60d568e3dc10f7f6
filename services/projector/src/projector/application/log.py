"""The words of the numbered log: entries, checkpoints, and the pieces that are applied."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

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


class Stored(NamedTuple):
    """The checkpoints of a projection, by partition. They all are of one epoch."""

    epoch: int
    checkpoints: Mapping[int, Checkpoint]


class Move(NamedTuple):
    """A checkpoint on its way, from the sequence `was`."""

    partition: int
    was: int
    becomes: Checkpoint


class Reading(NamedTuple):
    """What one look into the streams has found. `full`: a partition had at least as much as one look takes."""

    entries: Mapping[int, Sequence[Entry]]
    heads: bytes | None
    full: bool


class Slice(NamedTuple):
    """Events of one partition, in order and without a hole, behind `start`; `ids` are their event ids."""

    partition: int
    start: Checkpoint
    events: Sequence[Event]
    ids: Sequence[str]

    @property
    def end(self) -> Checkpoint:
        """The checkpoint once they all are applied."""
        return self.point(len(self.events))

    def point(self, count: int) -> Checkpoint:
        """The checkpoint once the first `count` are applied."""
        return Checkpoint(self.start.sequence + count, self.ids[count - 1]) if count else self.start

    def first(self, count: int) -> "Slice":
        """The first `count` events."""
        return self._replace(events=self.events[:count], ids=self.ids[:count])

    def after(self, count: int) -> "Slice":
        """All but the first `count` events."""
        return Slice(self.partition, self.point(count), self.events[count:], self.ids[count:])
