"""Brings a batch into the read database: with others who do the same beside us, and with events that do not fit."""

import time
from collections.abc import Sequence
from functools import partial

from projector.application.bookmarks import Bookmarks
from projector.application.log import Move, Slice
from projector.application.ports import Journal, ReadStore, Refused, Unavailable
from projector.application.progress import Progress, State
from projector.application.projections.fold import PoisonEvent, fold, orders_to_load


class Writer:
    """One transaction for all that arrived; smaller ones only where something is wrong with it."""

    def __init__(self, store: ReadStore, bookmarks: Bookmarks, journal: Journal) -> None:
        self._store = store
        self._bookmarks = bookmarks
        self._journal = journal

    async def write(self, progress: Progress, slices: Sequence[Slice]) -> bool:
        """Apply `slices`, as far as it goes. Answers whether all of them were applied, by us. Raises Unavailable."""
        pending = _fitting(progress, slices)
        while pending:
            try:
                missed = await self._commit(progress, pending)
            except PoisonEvent as poison:
                pending = _cut(progress, pending, poison)
            except Refused as refusal:
                await self._divide(progress, pending, refusal)
                return False
            else:
                if not missed:
                    break
                self._journal.outrun(sorted(missed))
                await self._look_up(progress)
                pending = [piece for piece in _fitting(progress, pending) if piece.partition not in missed]
        return sum(len(piece.events) for piece in pending) == sum(len(piece.events) for piece in slices)

    async def _commit(self, progress: Progress, slices: Sequence[Slice]) -> frozenset[int]:
        began = time.perf_counter()
        moves = [Move(piece.partition, piece.start.sequence, piece.end) for piece in slices]
        missed = await self._store.apply(progress.epoch, moves, orders_to_load(slices), partial(fold, slices))
        if not missed:
            for piece in slices:
                progress.partitions[piece.partition].checkpoint = piece.end
            self._bookmarks.note(progress.epoch, {piece.partition: piece.end.sequence for piece in slices})
            self._journal.applied(slices, time.perf_counter() - began)
        return missed

    async def _look_up(self, progress: Progress) -> None:
        stored = await self._store.checkpoints()
        if stored is None or stored.epoch != progress.epoch:
            raise Unavailable("read database: somebody has begun the projection anew")
        progress.refresh(stored)

    async def _divide(self, progress: Progress, slices: Sequence[Slice], refusal: Refused) -> None:
        """The database refuses the whole: halve it until the one event is found that is to blame."""
        if len(slices) > 1:
            half = len(slices) // 2
            parts = [slices[:half], slices[half:]]
        elif (count := len(slices[0].events)) > 1:
            parts = [[slices[0].first(count // 2)], [slices[0].after(count // 2)]]
        else:
            piece = slices[0]
            reason = f"event {piece.end.sequence} ({piece.ids[0]}) is refused by the read database: {refusal}"
            progress.stop(progress.partitions[piece.partition], reason)
            return
        for part in parts:
            await self.write(progress, part)


def _fitting(progress: Progress, slices: Sequence[Slice]) -> list[Slice]:
    """Those that begin where their partition stands."""
    flowing = {partition.number: partition.checkpoint for partition in progress.within(State.FLOWING)}
    return [piece for piece in slices if piece.events and flowing.get(piece.partition) == piece.start]


def _cut(progress: Progress, slices: Sequence[Slice], poison: PoisonEvent) -> list[Slice]:
    """What can be applied without the poisoned event. Its partition stops if it comes first there."""
    whole = [piece for piece in slices if piece.partition != poison.partition]
    piece = next(piece for piece in slices if piece.partition == poison.partition)
    good = poison.sequence - piece.start.sequence - 1
    if good == 0:
        progress.stop(progress.partitions[piece.partition], str(poison))
        return whole
    return [*whole, piece.first(good)]
