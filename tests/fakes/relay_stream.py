"""A Redis in memory: streams that refuse an entry id which is not above their last."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orders_contracts.heads import Heads
from orders_contracts.streams import entry_id
from outbox_relay.application.ports import Batch, Last, Spoken, StreamUnavailable
from tests.fakes.relay_log import Pause, at_once

Key = tuple[int, int]
"""Epoch and partition."""


@dataclass
class Entry:
    """One entry of a stream."""

    sequence: int
    event_id: str
    type: str
    prev: str
    data: bytes


@dataclass
class Kept:
    """A stream: its last id outlives its entries."""

    last: int = 0
    entries: list[Entry] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)


class InMemoryRedis:
    """What outlives any relay; `problem` is raised by everything that is asked of it while it is set.

    `full` refuses what adds something, as Redis does when its memory is full.
    """

    def __init__(self) -> None:
        self.streams: dict[Key, Kept] = {}
        self.heads: Heads | None = None
        self.problem: str | None = None
        self.full = False
        self.said: list[Heads] = []
        self.history: dict[tuple[int, int, int], set[str]] = {}

    def stream(self, epoch: int, partition: int) -> list[Entry]:
        return self.streams[epoch, partition].entries if (epoch, partition) in self.streams else []

    def lose_tail(self, epoch: int, partition: int, count: int) -> None:
        """As after a crash that cost the newest writes: entries and last id go back."""
        kept = self.streams[epoch, partition]
        kept.entries = kept.entries[:-count]
        kept.last = kept.entries[-1].sequence if kept.entries else 0

    def trim(self, epoch: int, partition: int) -> None:
        """All entries go, the last id stays."""
        self.streams[epoch, partition].entries.clear()

    def flush(self) -> None:
        self.streams.clear()
        self.heads = None


class InMemoryStream:
    """One relay's connection. `loses_reply`: the next write arrives, its answer does not."""

    def __init__(self, server: InMemoryRedis, length: int, pause: Pause = at_once, window: int = 10_000) -> None:
        self._server = server
        self._length = length
        self._window = window
        self._pause = pause
        self.loses_reply = False

    async def last(self, epoch: int, partitions: Sequence[int]) -> list[Last]:
        await self._reached()
        return [self._end(self._server.streams.get((epoch, partition), Kept())) for partition in partitions]

    async def publish(self, epoch: int, batches: Sequence[Batch]) -> list[Last | None]:
        await self._reached()
        answers = [self._publish(epoch, batch) for batch in batches]
        if self.loses_reply:
            self.loses_reply = False
            raise StreamUnavailable("the connection was lost before the answer")
        await self._pause()
        return answers

    async def trim(self, epoch: int, partitions: Sequence[int]) -> int:
        await self._reached()
        return sum(self._trim(self._server.streams.get((epoch, partition), Kept())) for partition in partitions)

    async def announce(self, heads: Heads, outdated: int = 0) -> Spoken | None:
        await self._reached()
        self._must_have_room()
        there = self._server.heads
        if there and (
            there.epoch > heads.epoch
            or (there.epoch == heads.epoch and there.tick > heads.tick and there.tick != outdated)
        ):
            return Spoken(there.epoch, there.tick)
        self._server.heads = heads
        self._server.said.append(heads)
        return None

    def _must_have_room(self) -> None:
        if self._server.full:
            raise StreamUnavailable("OOM command not allowed when used memory > 'maxmemory'")

    def _trim(self, kept: Kept) -> int:
        if not kept.groups:
            return 0
        first = min(min(kept.groups.values()) - self._window + 1, kept.last)
        gone = [entry for entry in kept.entries if entry.sequence < first]
        del kept.entries[: len(gone)]
        return len(gone)

    def _publish(self, epoch: int, batch: Batch) -> Last | None:
        kept = self._server.streams.get((epoch, batch.partition), Kept())
        end = self._end(kept)
        if end.entry != batch.expected.entry or end.event_id not in {"", batch.expected.event_id}:
            return end
        self._must_have_room()
        prev = batch.prev
        for sequence, (_, event_id, type_, data) in enumerate(batch.rows, batch.first):
            assert sequence > kept.last, "Redis refuses an id that is not above the last"
            kept.entries.append(Entry(sequence, event_id, type_, prev, data))
            self._server.history.setdefault((epoch, batch.partition, sequence), set()).add(event_id)
            kept.last, prev = sequence, event_id
        kept.entries = kept.entries[-self._length :]
        self._server.streams[epoch, batch.partition] = kept
        return None

    @staticmethod
    def _end(kept: Kept) -> Last:
        there = bool(kept.entries) and kept.entries[-1].sequence == kept.last
        return Last(entry_id(kept.last), kept.entries[-1].event_id if there else "")

    async def _reached(self) -> None:
        await self._pause()
        if self._server.problem:
            raise StreamUnavailable(self._server.problem)


def sequences(entries: Sequence[Entry]) -> list[int]:
    return [entry.sequence for entry in entries]
