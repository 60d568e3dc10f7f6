"""Where each partition stands, and why one does not move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from orders_contracts.heads import Heads
from projector.application.log import NOTHING_PARKED, Checkpoint, Parked, Stored
from projector.application.ports import Journal

LOW_HEADS: Final = 6
"""A log that ends below the checkpoint in so many heads in a row went back in time. One alone is a late relay."""


class State(Enum):
    """FLOWING is read from; SUSPECT may have a gap, GAP has one; STOPPED waits for a person."""

    FLOWING = auto()
    SUSPECT = auto()
    GAP = auto()
    STOPPED = auto()


@dataclass(slots=True)
class Partition:
    """One partition. `reason` says why it is in GAP or STOPPED.

    `head` is the last sequence known to be published, `logged` the last that the log is known to hold, `vouched` the
    checkpoint of that moment; `held` is what is parked.
    """

    number: int
    checkpoint: Checkpoint
    state: State = State.FLOWING
    reason: str = ""
    head: int = 0
    logged: int = 0
    low_heads: int = 0
    vouched: int = 0
    held: Parked = NOTHING_PARKED

    @property
    def parked(self) -> int:
        """Events that are parked."""
        return self.held.events

    @property
    def remaining(self) -> int:
        """Events that are known to exist and not applied."""
        return max(0, self.head - self.checkpoint.sequence, self.logged - self.checkpoint.sequence)


class Progress:
    """All partitions of one epoch; `mine` are those that this projector works on."""

    def __init__(self, stored: Stored, journal: Journal) -> None:
        self._journal = journal
        self.epoch = stored.epoch
        self.partitions: dict[int, Partition] = {}
        self.refresh(stored)
        self.mine = frozenset(self.partitions)
        self.newest: Heads | None = None
        self._outdated: Heads | None = None
        self._outdated_heads = 0

    def own(self, mine: frozenset[int]) -> None:
        """Work on `mine` from now on. What was found out about the others is for their projectors to find."""
        for number in self.mine - mine:
            self.flow(self.partitions[number])
            self._journal.progress(number, 0, 0, 0)
        self.mine = mine
        self._journal.shared(sorted(mine))

    def end(self) -> None:
        """The epoch is over, and with it what people were told of its partitions."""
        for partition in self.partitions.values():
            self.flow(partition)

    def within(self, *states: State) -> list[Partition]:
        """The partitions of this projector in one of `states`, by number."""
        own = (self.partitions[number] for number in sorted(self.mine))
        return [partition for partition in own if partition.state in states]

    def positions(self) -> Mapping[int, int]:
        """The sequences of this projector's checkpoints, by partition."""
        return {number: self.partitions[number].checkpoint.sequence for number in self.mine}

    def refresh(self, stored: Stored) -> None:
        """Take over what the database says. A partition that somebody else has moved on flows again."""
        for number, checkpoint in stored.checkpoints.items():
            partition = self.partitions.setdefault(number, Partition(number, checkpoint))
            partition.held = stored.parked.get(number, NOTHING_PARKED)
            if partition.checkpoint != checkpoint:
                partition.checkpoint = checkpoint
                self.flow(partition)

    def holds(self, sequences: Iterable[int]) -> bool:
        """Whether every partition, whoever works on it, has come as far as `sequences` says."""
        stands = {number: partition.checkpoint.sequence for number, partition in self.partitions.items()}
        return all(stands.get(number, 0) >= sequence for number, sequence in enumerate(sequences))

    def lacks(self, heads: Heads) -> bool:
        """Whether `heads` tells of partitions of this epoch that are not here."""
        return heads.epoch == self.epoch and len(heads.sequences) > len(self.partitions)

    def note_heads(self, heads: Heads) -> bool:
        """Take a heads entry in. Answers whether it is news about this epoch."""
        if heads.epoch < self.epoch:
            self._note_outdated(heads)
        if heads.epoch != self.epoch or heads == self.newest:
            return False
        self.newest, self._outdated_heads = heads, 0
        for number, (head, logged) in enumerate(zip(heads.sequences, heads.logged or heads.sequences, strict=False)):
            if (partition := self.partitions.get(number)) is not None:
                partition.head, partition.logged = head, logged
                self._compare(partition)
        return True

    def _note_outdated(self, heads: Heads) -> None:
        """Relays that go on telling of a lower epoch have a write database of a day before this epoch began."""
        self._outdated_heads += heads != self._outdated
        self._outdated = heads
        if self._outdated_heads >= LOW_HEADS:
            for partition in self.within(State.FLOWING, State.SUSPECT, State.GAP):
                self.stop(partition, f"the log is in epoch {heads.epoch}, and {self.epoch} is applied here")

    def _compare(self, partition: Partition) -> None:
        """A published head below the checkpoint is a stream that is being filled again; a log below it went back.

        What was applied since the heads before these may be younger than these: only what was applied by then counts.
        """
        vouched, partition.vouched = partition.vouched, partition.checkpoint.sequence
        partition.low_heads = partition.low_heads + 1 if partition.logged < vouched else 0
        if partition.low_heads >= LOW_HEADS and partition.number in self.mine:
            self.stop(partition, f"the log ends at {partition.logged}, and {vouched} is applied here")

    def suspect(self, partition: Partition) -> None:
        """The next event may be missing from the stream."""
        if partition.state is State.FLOWING:
            partition.state = State.SUSPECT

    def wait(self, partition: Partition) -> None:
        """The next event is missing from the stream: it is to be asked for."""
        partition.reason = f"event {partition.checkpoint.sequence + 1} is not in the stream"
        if partition.state is not State.GAP:
            partition.state = State.GAP
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
