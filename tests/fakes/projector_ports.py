"""The projector's ports in memory: a stream, a read database, a journal."""

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from projector.application.log import Checkpoint, Entry, Move, Reading, Slice, Stored
from projector.application.ports import Refused, Unavailable
from projector.application.projections.fold import Writes
from projector.application.projections.order_summary import OrderSummaryRow
from projector.application.projections.order_view import read_order_view


class InMemoryEventStream:
    """Streams that forget nothing unless told to."""

    def __init__(self, *, count: int = 100) -> None:
        self._count = count
        self._streams: dict[tuple[int, int], list[Entry]] = {}
        self._heads: list[bytes] = []
        self._heads_read = 0
        self._news = asyncio.Condition()
        self.down = ""
        self.reads = 0
        self.shown: dict[tuple[int, int], int] = {}
        self.bookmarks_down = ""

    async def put(self, partition: int, entries: Iterable[Entry], *, epoch: int = 1) -> None:
        """Publish `entries`."""
        async with self._news:
            self._streams.setdefault((epoch, partition), []).extend(entries)
            self._streams[epoch, partition].sort()
            self._news.notify_all()

    async def say(self, heads: bytes) -> None:
        """Publish a heads entry."""
        async with self._news:
            self._heads.append(heads)
            self._news.notify_all()

    def lose(self, partition: int, *sequences: int, epoch: int = 1) -> list[Entry]:
        """Forget entries, as a Redis may; answers them."""
        entries = self._streams[epoch, partition]
        self._streams[epoch, partition] = [entry for entry in entries if entry.sequence not in sequences]
        return [entry for entry in entries if entry.sequence in sequences]

    async def read(self, epoch: int, positions: Mapping[int, int], *, wait_seconds: float) -> Reading:
        """See EventStream."""
        self.reads += 1
        await asyncio.sleep(0)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds), self._news:
                await self._news.wait_for(lambda: self.down or self._look(epoch, positions) != Reading({}, None, False))
        if self.down:
            raise Unavailable(self.down)
        reading = self._look(epoch, positions)
        self._heads_read = len(self._heads)
        return reading

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """See EventStream."""
        await asyncio.sleep(0)
        if self.bookmarks_down:
            raise Unavailable(self.bookmarks_down)
        self.shown |= {(epoch, partition): sequence for partition, sequence in positions.items()}

    def _look(self, epoch: int, positions: Mapping[int, int]) -> Reading:
        entries = {}
        for partition, after in positions.items():
            stream = self._streams.get((epoch, partition), [])
            if found := stream[bisect_right(stream, after, key=lambda entry: entry.sequence) :][: self._count]:
                entries[partition] = found
        heads = self._heads[-1] if len(self._heads) > self._heads_read else None
        return Reading(entries, heads, any(len(found) >= self._count for found in entries.values()))


class InMemoryReadStore:
    """Read models in dictionaries, changed in one go."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._epoch = 0
        self._checkpoints: dict[int, Checkpoint] = {}
        self.order_view: dict[bytes, bytes] = {}
        self.order_summary: dict[bytes, OrderSummaryRow] = {}
        self.order_history: dict[tuple[bytes, int], bytes] = {}
        self.product_view: dict[str, bytes] = {}
        self.applied: Counter[tuple[bytes, int]] = Counter()
        self.notified: list[tuple[str, str, int]] = []
        self.heads: tuple[Heads, str | None] | None = None
        self.down = ""
        self.down_after_commit = ""
        self.refuses: Callable[[Writes], bool] = lambda _: False
        self.transactions = 0

    async def checkpoints(self) -> Stored | None:
        """See ReadStore."""
        await self._answer()
        return Stored(self._epoch, dict(self._checkpoints)) if self._checkpoints else None

    async def open(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore."""
        await self._answer()
        self._epoch = self._epoch or epoch
        for partition in range(partitions):
            self._checkpoints.setdefault(partition, Checkpoint(0, NO_EVENT))
        return Stored(self._epoch, dict(self._checkpoints))

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        """See ReadStore."""
        await self._answer()
        async with self._lock:
            self.transactions += 1
            missed = {move.partition for move in moves if not self._stands(epoch, move)}
            if missed:
                return frozenset(missed)
            keys = [bytes.fromhex(order.replace("-", "")) for order in orders]
            writes = fold([self.order_view[key] for key in keys if key in self.order_view])
            await asyncio.sleep(0)
            if self.refuses(writes):
                raise Refused("out of range")
            self._write(moves, writes)
        if self.down_after_commit:
            raise Unavailable(self.down_after_commit)
        return frozenset()

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """See ReadStore."""
        await self._answer()
        before, applied_before = self.heads or (heads, None)
        newest = heads if heads.at >= before.at else before
        self.heads = newest, max(filter(None, (applied_at, applied_before)), default=None)

    def empty(self) -> None:
        """Lose everything."""
        self.__init__()  # type: ignore[misc]

    def versions(self) -> dict[str, int]:
        """The version of every order."""
        return {view.order_id: view.version for view in map(read_order_view, self.order_view.values())}

    def _stands(self, epoch: int, move: Move) -> bool:
        stands = self._checkpoints.get(move.partition)
        return epoch == self._epoch and stands is not None and stands.sequence == move.was

    def _write(self, moves: Sequence[Move], writes: Writes) -> None:
        self._checkpoints |= {move.partition: move.becomes for move in moves}
        self.order_view |= {row.order_id: row.doc for row in writes.order_view}
        self.order_summary |= {row.order_id: row for row in writes.order_summary}
        self.order_history |= {(row.order_id, row.version): row.doc for row in writes.order_history}
        self.product_view |= {row.sku: row.doc for row in writes.product_view}
        self.applied.update((row.order_id, row.version) for row in writes.order_history)
        self.notified += writes.changes

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable(self.down)


class RecordingJournal:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.skips = 0
        self.outruns: list[Sequence[int]] = []
        self.lag: dict[int, int] = {}
        self.fresh_at: list[str] = []
        self.gaps: list[tuple[int, str | None]] = []
        self.stops: list[tuple[int, str | None]] = []
        self.warnings: list[str] = []
        self.failures: list[str] = []
        self.recoveries = 0

    def applied(self, slices: Sequence[Slice], seconds: float) -> None:
        """See Journal."""
        self.batches.append(sum(len(piece.events) for piece in slices))

    def skipped(self, partition: int, events: int) -> None:
        """See Journal."""
        self.skips += events

    def outrun(self, partitions: Sequence[int]) -> None:
        """See Journal."""
        self.outruns.append(partitions)

    def progress(self, partition: int, sequence: int, head: int) -> None:
        """See Journal."""
        self.lag[partition] = head - sequence

    def fresh(self, at: str) -> None:
        """See Journal."""
        self.fresh_at.append(at)

    def waiting(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self.gaps.append((partition, reason))

    def stopped(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self.stops.append((partition, reason))

    def warned(self, reason: str) -> None:
        """See Journal."""
        self.warnings.append(reason)

    def failing(self, reason: str, error: BaseException | None) -> None:
        """See LoopJournal."""
        self.failures.append(reason)

    def recovered(self) -> None:
        """See LoopJournal."""
        self.recoveries += 1


class FixedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        """See Clock."""
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
