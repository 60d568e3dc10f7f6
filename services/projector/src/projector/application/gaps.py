"""Finds out what is missing from the streams, and what is to be read in its place meanwhile."""

from collections.abc import Iterable, Sequence
from typing import Final

from projector.application.log import Entry, Slice
from projector.application.looks import Sources, Turn
from projector.application.ports import Clock, EventStream, Unavailable
from projector.application.progress import Partition, Progress, State
from projector.application.replay import Replays

SEARCH_SECONDS: Final = 1.0
"""Between two looks for what is missing in the streams. A replay that is read up brings one on at once."""


class Gaps:
    """The way of a partition from a gap to its replay, and from there back to its own stream."""

    def __init__(self, stream: EventStream, replays: Replays, clock: Clock) -> None:
        self._stream = stream
        self._replays = replays
        self._clock = clock
        self._search_at = 0.0

    def must_search(self, progress: Progress) -> bool:
        """Whether it is time to look for what is missing."""
        due = self._clock.monotonic() >= self._search_at
        return bool(progress.within(State.SUSPECT) or (due and progress.within(State.GAP)))

    async def search(self, progress: Progress) -> None:
        """See whether what is missing is in the streams by now. Raises Unavailable."""
        self._search_at = self._clock.monotonic() + SEARCH_SECONDS
        suspects = progress.within(State.SUSPECT, State.GAP)
        positions = {partition.number: partition.checkpoint.sequence for partition in suspects}
        found = await self._stream.peek(progress.epoch, positions) if positions else {}
        for partition in suspects:
            if _is_missing(partition, partition.checkpoint.sequence, found.get(partition.number)):
                progress.wait(partition)
            else:
                progress.flow(partition)

    async def ask(self, progress: Progress) -> None:
        """Ask for what is missing, where it is time to."""
        await self._replays.ask(progress.epoch, _stands(progress.within(State.GAP)))

    async def ask_ahead(self, progress: Progress, after: Sequence[Slice]) -> None:
        """Ask for what comes behind `after`, before it is applied: relays can look for it meanwhile.

        Only where a reply is read up, and what follows it is not in the stream either.
        """
        waiting = {partition.number: partition for partition in progress.within(State.GAP)}
        ends = {piece.partition: piece.end.sequence for piece in after if piece.partition in waiting}
        ended = {number: end for number, end in ends.items() if number not in self._replays.replies()}
        if not ended:
            return
        try:
            found = await self._stream.peek(progress.epoch, ended)
        except Unavailable:
            return  # It is looked for in its turn.
        there = {number for number, end in ended.items() if not _is_missing(waiting[number], end, found.get(number))}
        if not there:
            self._search_at = self._clock.monotonic() + SEARCH_SECONDS
        stands = _stands(waiting.values()) | ends
        await self._replays.ask(progress.epoch, {number: stands[number] for number in stands.keys() - there})

    def sources(self, progress: Progress, after: Sequence[Slice] = ()) -> Sources:
        """Streams where they flow, replies where there are gaps; from the ends of `after` on, where it has some."""
        waiting = progress.within(State.GAP)
        names = self._replays.replies()
        replies = {partition.number: names[partition.number] for partition in waiting if partition.number in names}
        reading = [*progress.within(State.FLOWING), *(p for p in waiting if p.number in replies)]
        stands = {partition.number: partition.checkpoint for partition in reading}
        stands |= {piece.partition: piece.end for piece in after if piece.partition in stands}
        return Sources(progress.epoch, stands, replies)

    def wait(self, progress: Progress, wait_seconds: float) -> float:
        """Seconds that a look may wait: up to `wait_seconds`, or to what is to be done about a gap before."""
        if not progress.within(State.GAP):
            return wait_seconds
        left = min(self._search_at, self._replays.next_at()) - self._clock.monotonic()
        return min(wait_seconds, max(0.0, left))

    def follow(self, turn: Turn) -> None:
        """Take note of what has come of replies, before it is applied."""
        if self._replays.follow(turn):
            self._search_at = self._clock.monotonic()

    def note_replayed(self, partition: Partition) -> None:
        """Something of a reply is applied. All that is known to exist may be with it."""
        if partition.remaining == 0:
            self._search_at = self._clock.monotonic()

    def silent(self, partition: int) -> bool:
        """Whether nothing has come in answer for so long that people should know."""
        return self._replays.silent(partition)

    def hurry(self) -> None:
        """What was asked may be lost."""
        self._replays.again()


def _stands(partitions: Iterable[Partition]) -> dict[int, int]:
    return {partition.number: partition.checkpoint.sequence for partition in partitions}


def _is_missing(partition: Partition, sequence: int, following: Entry | None) -> bool:
    """Whether the event behind `sequence` is. Where nothing follows in the stream, heads tell if something should."""
    return partition.head > sequence if following is None else following.sequence > sequence + 1
