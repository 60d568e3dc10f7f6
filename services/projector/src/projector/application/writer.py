"""Brings a batch into the read database: with others who do the same beside us, and with events that do not fit."""

import time
from collections.abc import Sequence

from projector.application.bookmarks import Bookmarks
from projector.application.log import Move, Slice, readable
from projector.application.ports import Journal, ReadStore, Refused, Unavailable
from projector.application.progress import Progress, State
from projector.application.projections.fold import NONE_REFUSED, Refusals, Writes, fold, orders_to_load


class Writer:
    """One transaction for all that arrived; smaller ones only where something is wrong with it."""

    def __init__(self, store: ReadStore, bookmarks: Bookmarks, journal: Journal) -> None:
        self._store = store
        self._bookmarks = bookmarks
        self._journal = journal

    async def write(self, progress: Progress, slices: Sequence[Slice], refused: Refusals = NONE_REFUSED) -> bool:
        """Apply `slices`, or park what cannot be applied, and what is `refused`, as far as it goes.

        Answers whether we have come to the end of all of them. Raises Unavailable.
        """
        pending = _fitting(progress, slices)
        while pending:
            try:
                missed = await self._commit(progress, pending, refused)
            except Refused as refusal:
                await self._divide(progress, pending, str(refusal), refused)
                return False
            if not missed:
                break
            self._journal.outrun(sorted(missed))
            await self._look_up(progress)
            pending = [piece for piece in _fitting(progress, pending) if piece.partition not in missed]
        return sum(len(piece.events) for piece in pending) == sum(len(piece.events) for piece in slices)

    async def _commit(self, progress: Progress, slices: Sequence[Slice], refused: Refusals) -> frozenset[int]:
        began = time.perf_counter()
        held = {piece.partition: progress.partitions[piece.partition].held for piece in slices}
        parked = {number: one.aggregates for number, one in held.items() if one.aggregates}
        moves = [
            Move(piece.partition, piece.start.sequence, piece.end, held[piece.partition].events) for piece in slices
        ]
        made: list[Writes] = []

        def folded(documents: Sequence[bytes]) -> Writes:
            made[:] = [fold(slices, documents, parked, refused)]
            return made[0]

        missed = await self._store.apply(progress.epoch, moves, orders_to_load(readable(slices)), folded)
        if not missed:
            self._note(progress, slices, made[0], time.perf_counter() - began)
        return missed

    def _note(self, progress: Progress, slices: Sequence[Slice], writes: Writes, seconds: float) -> None:
        """It is committed."""
        ends = {piece.partition: piece.end for piece in slices}
        sequences = {number: end.sequence for number, end in ends.items()}
        for number, end in ends.items():
            partition = progress.partitions[number]
            partition.checkpoint = end
            partition.held = partition.held.more(
                [row.aggregate for row in writes.parked_event if row.partition == number]
            )
        self._bookmarks.note(progress.epoch, sequences)
        self._journal.applied(writes.applied, writes.news, sequences, seconds)
        if writes.parked_event:
            self._journal.parked(writes.parked_event)

    async def _look_up(self, progress: Progress) -> None:
        stored = await self._store.checkpoints()
        if stored is None or stored.epoch != progress.epoch:
            raise Unavailable("read database: somebody has begun the projection anew")
        progress.refresh(stored)

    async def _divide(self, progress: Progress, slices: Sequence[Slice], refusal: str, refused: Refusals) -> None:
        """The database refuses the whole: halve it until the one event is found that is to blame, and park that."""
        if len(slices) > 1:
            half = len(slices) // 2
            parts = [slices[:half], slices[half:]]
        elif (count := len(slices[0].events)) > 1:
            parts = [[slices[0].first(count // 2)], [slices[0].after(count // 2)]]
        elif not refused:
            piece = slices[0]
            blamed = {(piece.partition, piece.end.sequence): f"refused by the read database: {refusal}"}
            await self.write(progress, slices, blamed)
            return
        else:
            partition = progress.partitions[slices[0].partition]
            sequence = slices[0].end.sequence
            progress.stop(partition, f"event {sequence} can be neither applied nor parked: {refusal}")
            return
        for part in parts:
            await self.write(progress, part)


def _fitting(progress: Progress, slices: Sequence[Slice]) -> list[Slice]:
    """Those that begin where their partition stands."""
    open_to = progress.within(State.FLOWING, State.GAP)
    flowing = {partition.number: partition.checkpoint for partition in open_to}
    return [piece for piece in slices if piece.events and flowing.get(piece.partition) == piece.start]
