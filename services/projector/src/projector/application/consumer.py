"""Reads the log and keeps the read model at it: one number per partition, moved together with what it stands for.

`read` waits and may be cancelled; `apply` must be let finish. After an exception from either, `reset` makes the next
`read` begin with the checkpoints of the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import msgspec

from orders_contracts.heads import Heads, decode_heads
from projector.application.bookmarks import Bookmarks
from projector.application.freshness import Freshness
from projector.application.gaps import Gaps
from projector.application.judgement import Gap, Judgement
from projector.application.log import Stored
from projector.application.looks import ReadAhead, Sources, Turn, look
from projector.application.ports import Clock, EventStream, Journal, ReadStore
from projector.application.progress import Progress, State
from projector.application.replay import Replays
from projector.application.status import Pacemeter, status_of
from projector.application.writer import Writer


class Consumer:
    """One projector: its share of the partitions, one batch after the other."""

    def __init__(
        self,
        stream: EventStream,
        store: ReadStore,
        bookmarks: Bookmarks,
        replays: Replays,
        journal: Journal,
        *,
        ahead: ReadAhead,
        share: Callable[[int], frozenset[int]],
        clock: Clock,
        wait_seconds: float,
    ) -> None:
        self._stream = stream
        self._store = store
        self._bookmarks = bookmarks
        self._gaps = Gaps(stream, replays, clock)
        self._ahead = ahead
        self._share = share
        self._journal = journal
        self._wait_seconds = wait_seconds
        self._writer = Writer(store, bookmarks, journal)
        self._progress: Progress | None = None
        self._freshness = Freshness()
        self._meter = Pacemeter(clock, journal)
        self._stale = True

    def reasons(self) -> list[str]:
        """Why the read model may not be complete; none if it is, but for what is under way."""
        if self._progress is None:
            return ["partitions and epoch are unknown: there are no checkpoints, and no heads entry has been seen"]
        return [
            f"partition {partition.number}: {partition.reason}"
            for partition in self._progress.within(State.GAP, State.STOPPED)
            if partition.state is State.STOPPED or self._gaps.silent(partition.number)
        ]

    def status(self) -> dict[str, Any]:
        """How it fares, for people; see Status."""
        return asdict(status_of(self._progress, self._meter.pace))

    async def reset(self) -> None:
        """Trust nothing but the database."""
        self._stale = True
        self._gaps.hurry()
        await self._ahead.discard()

    async def read(self) -> Turn:
        """Wait a bounded time for what comes next. Raises Unavailable."""
        await self._settle()
        return await self._ahead.take() or await self._look()

    async def apply(self, turn: Turn) -> None:
        """Bring all of `turn` into the read database. Raises Unavailable."""
        if self._progress is not None and turn.epoch == self._progress.epoch:
            await self._write(self._progress, turn)
        heads = self._heads_of(turn)
        if heads is not None or turn.slices:
            await self._heed(heads, turn)
        if self._progress is not None:
            self._meter.look(self._progress.within(State.GAP))
        self._stale = heads is None and not turn.judgements

    async def _settle(self) -> None:
        """Before a look: whose partitions are whose, what is missing, and who is asked for it."""
        if self._stale:
            await self._refresh()
        if self._progress is not None:
            mine = self._share(len(self._progress.partitions))
            if mine != self._progress.mine:
                await self._ahead.discard()
                self._progress.own(mine)
                await self._refresh()
        if self._progress is not None and self._gaps.must_search(self._progress):
            await self._refresh()
            if self._progress is not None:
                await self._gaps.search(self._progress)
        if self._progress is not None:
            await self._gaps.ask(self._progress)

    async def _look(self) -> Turn:
        if self._progress is None:
            return await look(self._stream, Sources(0, {}, {}), self._wait_seconds)
        wait_seconds = self._gaps.wait(self._progress, self._wait_seconds)
        return await look(self._stream, self._gaps.sources(self._progress), wait_seconds)

    async def _write(self, progress: Progress, turn: Turn) -> None:
        self._sort_out(progress, turn.judgements)
        self._gaps.follow(turn)
        slices = turn.slices
        await self._gaps.ask_ahead(progress, slices)
        self._read_ahead(progress, turn)
        if not await self._writer.write(progress, slices):
            await self._ahead.discard()
        for piece in slices:
            partition = progress.partitions[piece.partition]
            if piece.partition in turn.replies and partition.checkpoint == piece.end:
                self._gaps.note_replayed(partition)
                self._meter.count(len(piece.events))
                self._journal.replayed(len(piece.events))

    def _read_ahead(self, progress: Progress, turn: Turn) -> None:
        """If there is more, fetch and decode it while the database works on this."""
        if not turn.full and not turn.replies:
            return
        sources = self._gaps.sources(progress, turn.slices)
        went_on = {piece.partition for piece in turn.slices}
        if turn.full & sources.stands.keys() or went_on & sources.replies.keys():
            self._ahead.begin(partial(look, self._stream, sources, self._gaps.wait(progress, self._wait_seconds)))

    async def _refresh(self) -> None:
        stored = await self._store.checkpoints()
        self._stale = False
        if stored is None:
            if self._progress is not None:
                self._progress.end()
            self._progress = None
        elif self._progress is None or self._progress.epoch != stored.epoch:
            self._begin(stored)
        else:
            self._progress.refresh(stored)
            self._bookmarks.note(stored.epoch, self._progress.positions())

    def _begin(self, stored: Stored) -> None:
        if self._progress is not None:
            self._progress.end()
        self._progress = Progress(stored, self._journal)
        self._progress.own(self._share(len(stored.checkpoints)))
        self._freshness = Freshness()
        self._bookmarks.note(stored.epoch, self._progress.positions())

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
        news = heads is not None and await self._note(heads)
        progress = self._progress
        if progress is None:
            return
        if heads is not None and news:
            self._freshness.note(heads)
            self._suspect(progress, turn)
        reached = self._freshness.reached(progress)
        if reached is not None:
            self._journal.fresh(reached.at)
        if progress.newest is not None and (news or reached is not None):
            await self._store.note_heads(progress.newest, reached.at if reached is not None else None)
        for number in progress.mine:
            partition = progress.partitions[number]
            self._journal.progress(partition.number, partition.checkpoint.sequence, partition.head, partition.parked)

    async def _note(self, heads: Heads) -> bool:
        """Take a heads entry in. Answers whether it is news of the epoch that is worked on."""
        if self._progress is None or self._progress.lacks(heads):
            self._begin(await self._store.open(heads.epoch, len(heads.sequences)))
        elif heads.epoch > self._progress.epoch:
            self._journal.warned(f"epoch {heads.epoch} has begun: the read model starts anew")
            await self._ahead.discard()
            self._begin(await self._store.restart(heads.epoch, len(heads.sequences)))
        elif len(self._progress.mine) < len(self._progress.partitions):
            await self._refresh()
        return self._progress is not None and self._progress.note_heads(heads)

    def _suspect(self, progress: Progress, turn: Turn) -> None:
        """Heads are written after the events they tell of: what a look did not bring up by then may be missing."""
        for partition in progress.within(State.FLOWING):
            if partition.number not in turn.full and partition.head > partition.checkpoint.sequence:
                progress.suspect(partition)
