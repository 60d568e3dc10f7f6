"""Reads the log and keeps the read model at it: one number per partition, moved together with what it stands for.

`read` waits and may be cancelled; `apply` must be let finish. After an exception from either, `reset` makes the next
`read` begin with the checkpoints of the database.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from orders_contracts.heads import Heads, decode_heads
from projector.application.bookmarks import Bookmarks
from projector.application.freshness import Freshness
from projector.application.judgement import Gap, Judgement, judge
from projector.application.log import Checkpoint, Slice, Stored
from projector.application.ports import EventStream, Journal, ReadStore
from projector.application.progress import Partition, Progress, State
from projector.application.writer import Writer


class Turn(NamedTuple):
    """What one look into the streams came to."""

    judgements: Sequence[Judgement]
    heads: bytes | None
    full: bool

    @property
    def slices(self) -> list[Slice]:
        """What can be applied."""
        return [judgement.slice for judgement in self.judgements if judgement.slice.events]


class Consumer:
    """One projector: all partitions, one batch after the other."""

    def __init__(
        self, stream: EventStream, store: ReadStore, bookmarks: Bookmarks, journal: Journal, *, wait_seconds: float
    ) -> None:
        self._stream = stream
        self._store = store
        self._bookmarks = bookmarks
        self._journal = journal
        self._wait_seconds = wait_seconds
        self._writer = Writer(store, bookmarks, journal)
        self._progress: Progress | None = None
        self._freshness = Freshness()
        self._ahead: asyncio.Task[Turn] | None = None
        self._stale = True
        self._look_again = False

    def reasons(self) -> list[str]:
        """Why the read model may not be complete; none if it is, but for what is under way."""
        if self._progress is None:
            return ["partitions and epoch are unknown: there are no checkpoints, and no heads entry has been seen"]
        return self._progress.reasons()

    async def reset(self) -> None:
        """Trust nothing but the database."""
        self._stale = True
        await self._discard()

    async def read(self) -> Turn:
        """Wait a bounded time for what comes next. Raises Unavailable."""
        if self._stale:
            await self._refresh()
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return await ahead
        if self._progress is None:
            return await self._take([], self._wait_seconds)
        if self._progress.within(State.SUSPECT, *([State.GAP] if self._look_again else [])):
            return await self._look()
        turn = await self._take(_stands(self._progress.within(State.FLOWING)), self._wait_seconds)
        # Not more than once between two such looks: a gap must not keep the others from being read.
        self._look_again = turn.heads is not None or not turn.judgements
        return turn

    async def apply(self, turn: Turn) -> None:
        """Bring all of `turn` into the read database. Raises Unavailable."""
        if self._progress is not None:
            self._sort_out(self._progress, turn.judgements)
            if turn.full:
                self._read_ahead(self._progress, turn.slices)
            if not await self._writer.write(self._progress, turn.slices):
                await self._discard()
        heads = self._heads_of(turn)
        if heads is not None or turn.slices:
            await self._heed(heads, turn)
        self._stale = heads is None and not turn.judgements

    async def _take(self, stands: Iterable[tuple[int, Checkpoint]], wait_seconds: float) -> Turn:
        checkpoints = dict(stands)
        positions = {number: checkpoint.sequence for number, checkpoint in checkpoints.items()}
        epoch = self._progress.epoch if self._progress is not None else 0
        reading = await self._stream.read(epoch, positions, wait_seconds=wait_seconds)
        judgements = [judge(number, checkpoints[number], entries) for number, entries in reading.entries.items()]
        return Turn(judgements, reading.heads, reading.full)

    def _read_ahead(self, progress: Progress, slices: Sequence[Slice]) -> None:
        """There is more: fetch and decode it while the database works on this."""
        stands = dict(_stands(progress.within(State.FLOWING)))
        stands |= {piece.partition: piece.end for piece in slices if piece.partition in stands}
        self._ahead = asyncio.create_task(self._take(stands.items(), self._wait_seconds))

    async def _discard(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel()
            await asyncio.wait({ahead})
            with contextlib.suppress(asyncio.CancelledError):
                ahead.exception()

    async def _refresh(self) -> None:
        stored = await self._store.checkpoints()
        self._stale = False
        if stored is None:
            self._progress = None
        elif self._progress is None or self._progress.epoch != stored.epoch:
            self._begin(stored)
        else:
            self._progress.refresh(stored)
            self._bookmarks.note(stored.epoch, self._progress.positions())

    def _begin(self, stored: Stored) -> None:
        self._progress = Progress(stored, self._journal)
        self._freshness = Freshness()
        self._bookmarks.note(stored.epoch, self._progress.positions())

    async def _look(self) -> Turn:
        """See whether what is missing is there by now, or was applied by somebody else."""
        self._look_again = False
        await self._refresh()
        if self._progress is None:
            return await self._take([], 0)
        suspects = self._progress.within(State.SUSPECT, State.GAP)
        turn = await self._take(_stands(suspects), 0)
        found = {judgement.slice.partition for judgement in turn.judgements if not isinstance(judgement.finding, Gap)}
        for partition in suspects:
            if partition.number in found:
                self._progress.flow(partition)
            else:
                self._progress.wait(partition)
        return turn

    def _sort_out(self, progress: Progress, judgements: Sequence[Judgement]) -> None:
        for piece, skipped, finding in judgements:
            partition = progress.partitions[piece.partition]
            if skipped:
                self._journal.skipped(piece.partition, skipped)
            if isinstance(finding, Gap):
                progress.suspect(partition)
            elif finding is not None:
                progress.stop(partition, finding.reason)

    def _heads_of(self, turn: Turn) -> Heads | None:
        if turn.heads is None:
            return None
        try:
            return decode_heads(turn.heads)
        except msgspec.DecodeError as error:
            self._journal.warned(f"a heads entry cannot be read: {error}")
            return None

    async def _heed(self, heads: Heads | None, turn: Turn) -> None:
        """Compare what is applied with what must exist, and keep how fresh that is."""
        if heads is not None and (self._progress is None or self._progress.lacks(heads)):
            self._begin(await self._store.open(heads.epoch, len(heads.sequences)))
        progress = self._progress
        if progress is None:
            return
        news = heads is not None and progress.note_heads(heads)
        if heads is not None and news:
            self._freshness.note(heads)
            self._suspect(progress, turn)
        reached = self._freshness.reached(progress)
        if reached is not None:
            self._journal.fresh(reached.at)
        if progress.newest is not None and (news or reached is not None):
            await self._store.note_heads(progress.newest, reached.at if reached is not None else None)
        for partition in progress.partitions.values():
            self._journal.progress(partition.number, partition.checkpoint.sequence, partition.head)

    def _suspect(self, progress: Progress, turn: Turn) -> None:
        """Heads are written after the events they tell of: what a look did not bring up by then may be missing."""
        if turn.full or self._ahead is not None:
            return
        for partition in progress.within(State.FLOWING):
            if partition.head > partition.checkpoint.sequence:
                progress.suspect(partition)


def _stands(partitions: Iterable[Partition]) -> list[tuple[int, Checkpoint]]:
    return [(partition.number, partition.checkpoint) for partition in partitions]
