"""Where each partition stands, and why one does not move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from orders_contracts.heads import Heads
from projector.application.log import Checkpoint, Stored
from projector.application.ports import Journal

LOW_HEADS: Final = 6
"""A head below the checkpoint in so many heads in a row: the log went back in time. One alone is a late relay."""


class State(Enum):
    """FLOWING is read from; SUSPECT may have a gap, GAP has one; STOPPED waits for a person."""

    FLOWING = auto()
    SUSPECT = auto()
    GAP = auto()
    STOPPED = auto()


@dataclass(slots=True)
class Partition:
    """One partition. `reason` says why it is in GAP or STOPPED; `head` is the last sequence known to be published."""

    number: int
    checkpoint: Checkpoint
    state: State = State.FLOWING
    reason: str = ""
    head: int = 0
    low_heads: int = 0


class Progress:
    """All partitions of one epoch."""

    def __init__(self, stored: Stored, journal: Journal) -> None:
        self._journal = journal
        self.epoch = stored.epoch
        self.partitions = {number: Partition(number, checkpoint) for number, checkpoint in stored.checkpoints.items()}
        self.newest: Heads | None = None
        self.ended = ""

    def within(self, *states: State) -> list[Partition]:
        """The partitions in one of `states`, by number; none once the epoch has ended."""
        if self.ended:
            return []
        return [partition for _, partition in sorted(self.partitions.items()) if partition.state in states]

    def reasons(self) -> list[str]:
        """Why the read model cannot be complete; none if it can."""
        if self.ended:
            return [self.ended]
        return [f"partition {p.number}: {p.reason}" for p in self.within(State.GAP, State.STOPPED)]

    def positions(self) -> Mapping[int, int]:
        """The sequences of all checkpoints, by partition."""
        return {number: partition.checkpoint.sequence for number, partition in self.partitions.items()}

    def refresh(self, stored: Stored) -> None:
        """Take over what the database says. A partition that somebody else has moved on flows again."""
        for number, checkpoint in stored.checkpoints.items():
            partition = self.partitions.setdefault(number, Partition(number, checkpoint))
            if partition.checkpoint != checkpoint:
                partition.checkpoint = checkpoint
                self.flow(partition)

    def holds(self, sequences: Iterable[int]) -> bool:
        """Whether every partition has come as far as `sequences` says."""
        positions = self.positions()
        return all(positions.get(number, 0) >= sequence for number, sequence in enumerate(sequences))

    def lacks(self, heads: Heads) -> bool:
        """Whether `heads` tells of partitions of this epoch that are not here."""
        return heads.epoch == self.epoch and len(heads.sequences) > len(self.partitions)

    def note_heads(self, heads: Heads) -> bool:
        """Take a heads entry in. Answers whether it is news about this epoch."""
        if heads.epoch > self.epoch and not self.ended:
            self.ended = f"epoch {heads.epoch} has begun, and the read model is of epoch {self.epoch}"
            self._journal.warned(self.ended)
        if heads.epoch != self.epoch or heads == self.newest:
            return False
        self.newest = heads
        for number, head in enumerate(heads.sequences):
            if (partition := self.partitions.get(number)) is not None:
                self._note_head(partition, head)
        return True

    def _note_head(self, partition: Partition, head: int) -> None:
        checkpoint = partition.checkpoint.sequence
        partition.head = head
        partition.low_heads = partition.low_heads + 1 if head < checkpoint else 0
        if partition.low_heads == LOW_HEADS:
            self.stop(partition, f"the log ends at {head}, and {checkpoint} is applied here")

    def suspect(self, partition: Partition) -> None:
        """The next event may be missing from the stream."""
        if partition.state is State.FLOWING:
            partition.state = State.SUSPECT

    def wait(self, partition: Partition) -> None:
        """The next event is missing from the stream. What asks for it again belongs here."""
        if partition.state is not State.GAP:
            partition.state = State.GAP
            partition.reason = f"event {partition.checkpoint.sequence + 1} is not in the stream"
            self._journal.waiting(partition.number, partition.reason)

    def stop(self, partition: Partition, reason: str) -> None:
        """Nothing goes on here without a person."""
        if partition.state is State.GAP:
            self._journal.waiting(partition.number, None)
        if partition.state is not State.STOPPED:
            partition.state = State.STOPPED
            partition.reason = reason
            self._journal.stopped(partition.number, reason)

    def flow(self, partition: Partition) -> None:
        """All is well again."""
        if partition.state is State.GAP:
            self._journal.waiting(partition.number, None)
        if partition.state is State.STOPPED:
            self._journal.stopped(partition.number, None)
        partition.state, partition.reason, partition.low_heads = State.FLOWING, "", 0
