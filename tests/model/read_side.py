"""The read database of the model: checkpoints, and every event that was applied, in order."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from projector.application.log import Checkpoint, Move, Stored
from projector.application.ports import Unavailable
from projector.application.projections.fold import Writes
from tests.model.ledger import Ledger
from tests.model.stepping import Refusal, Violation, call
from tests.model.write_side import partition_of

T = TypeVar("T")


class ReadDatabase:
    """`held[p]` are the ids of the events of partition p that were applied."""

    def __init__(self, ledger: Ledger) -> None:
        self.epoch = 0
        self.checkpoints: dict[int, Checkpoint] = {}
        self.held: dict[int, list[str]] = {}
        self.versions: dict[str, int] = {}
        self.restores = 0
        self._ledger = ledger
        self._backup = self._state()

    def back_up(self) -> None:
        """As it is, it may come back."""
        self._backup = self._state()

    def restore(self) -> None:
        """It is as it was: a failover that lost commits. Every connection breaks."""
        self.epoch, checkpoints, held, versions = self._backup
        self.checkpoints, self.versions = dict(checkpoints), dict(versions)
        self.held = {partition: list(ids) for partition, ids in held.items()}
        self.restores += 1

    def stored(self) -> Stored | None:
        return Stored(self.epoch, dict(self.checkpoints)) if self.checkpoints else None

    def open(self, epoch: int, partitions: int) -> Stored:
        self.epoch = self.epoch or epoch
        for partition in range(partitions):
            self.checkpoints.setdefault(partition, Checkpoint(0, NO_EVENT))
            self.held.setdefault(partition, [])
        return Stored(self.epoch, dict(self.checkpoints))

    def restart(self, epoch: int, partitions: int) -> Stored:
        if self.epoch < epoch:
            self.epoch = epoch
            self.checkpoints.clear()
            self.held.clear()
            self.versions.clear()
        return self.open(epoch, partitions)

    def apply(self, epoch: int, moves: Sequence[Move], writes: Writes) -> frozenset[int]:
        """All or nothing; what moves and what is written must be the same."""
        if missed := frozenset(move.partition for move in moves if not self.stands(epoch, move)):
            return missed
        if writes.parked_event:
            raise Violation(f"parked: {writes.parked_event[0].reason}")
        for envelope, _ in writes.applied:
            if envelope.aggregateversion != self.versions.get(envelope.subject, 0) + 1:
                raise Violation(f"{envelope.subject} has no version {envelope.aggregateversion - 1}")
            self.versions[envelope.subject] = envelope.aggregateversion
            self.held[partition_of(envelope.subject)].append(str(envelope.id))
        for partition, was, becomes, _ in moves:
            self.checkpoints[partition] = becomes
            if len(self.held[partition]) != becomes.sequence or becomes.sequence <= was:
                raise Violation(f"partition {partition} went from {was} to {becomes}: {self.held[partition]}")
            self._ledger.applied(epoch, partition, self.held[partition])
        return frozenset()

    def stands(self, epoch: int, move: Move) -> bool:
        """The compare of the compare-and-set."""
        return epoch == self.epoch and self.checkpoints[move.partition].sequence == move.was

    def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """What is told of another epoch says nothing about this one."""
        if applied_at is not None and heads.epoch == self.epoch:
            self._ledger.fresh(applied_at, self.held)

    def _state(self) -> tuple[int, dict[int, Checkpoint], dict[int, list[str]], dict[str, int]]:
        held = {partition: list(ids) for partition, ids in self.held.items()}
        return self.epoch, dict(self.checkpoints), held, dict(self.versions)


class ReadConnection:
    """One projector's way to it."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._restores = database.restores

    async def checkpoints(self) -> Stored | None:
        return await self._call(self._database.stored)

    async def open(self, epoch: int, partitions: int) -> Stored:
        return await self._call(lambda: self._database.open(epoch, partitions))

    async def restart(self, epoch: int, partitions: int) -> Stored:
        return await self._call(lambda: self._database.restart(epoch, partitions))

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        writes = fold([])
        return await self._call(lambda: self._database.apply(epoch, moves, writes))

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        await self._call(lambda: self._database.note_heads(heads, applied_at))

    async def _call(self, effect: Callable[[], T]) -> T:
        def connected() -> T:
            if self._restores != self._database.restores:
                self._restores = self._database.restores
                raise Refusal("the server was stopped")
            return effect()

        return await call(Unavailable, connected)
