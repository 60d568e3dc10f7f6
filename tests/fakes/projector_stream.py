"""The projector's link in memory: the streams, and the other replicas."""

import asyncio
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress

from orders_contracts.replay import ReplayRequest
from projector.application.log import Entry, Reading
from projector.application.looks import Look, Turn
from projector.application.ports import NO_REPLIES, Unavailable


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
        self.requests: list[ReplayRequest] = []
        self.requests_down = ""
        self.replies: dict[str, list[Entry]] = {}

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

    async def reply(self, name: str, entries: Iterable[Entry]) -> None:
        """Answer a request for a replay."""
        async with self._news:
            self.replies.setdefault(name, []).extend(entries)
            self._news.notify_all()

    async def read(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str] = NO_REPLIES, *, wait_seconds: float
    ) -> Reading:
        """See EventStream."""
        self.reads += 1
        await asyncio.sleep(0)
        nothing = Reading({}, None, frozenset())
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds), self._news:
                await self._news.wait_for(lambda: self.down or self._look(epoch, positions, replies) != nothing)
        if self.down:
            raise Unavailable(self.down)
        reading = self._look(epoch, positions, replies)
        self._heads_read = len(self._heads)
        return reading

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        """See EventStream."""
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable(self.down)
        return {number: found[0] for number, found in self._look(epoch, positions, {}).entries.items()}

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        """See EventStream."""
        await asyncio.sleep(0)
        if self.requests_down:
            raise Unavailable(self.requests_down)
        self.requests.extend(requests)
        for name in used:
            self.replies.pop(name, None)

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """See EventStream."""
        await asyncio.sleep(0)
        if self.bookmarks_down:
            raise Unavailable(self.bookmarks_down)
        self.shown |= {(epoch, partition): sequence for partition, sequence in positions.items()}

    def _look(self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str]) -> Reading:
        entries = {}
        for partition, after in positions.items():
            name = replies.get(partition)
            stream = self.replies.get(name, []) if name else self._streams.get((epoch, partition), [])
            if found := stream[bisect_right(stream, after, key=lambda entry: entry.sequence) :][: self._count]:
                entries[partition] = found
        heads = self._heads[-1] if len(self._heads) > self._heads_read else None
        return Reading(entries, heads, frozenset(n for n, found in entries.items() if len(found) >= self._count))


class InMemoryMembers:
    """One of `alive`, which all of them share; `down` says why no heartbeat is taken."""

    def __init__(self, me: str, alive: set[str]) -> None:
        self._me = me
        self._alive = alive
        self.down = ""

    async def beat(self) -> frozenset[str]:
        """See Members."""
        self._answer()
        self._alive.add(self._me)
        return frozenset(self._alive)

    async def leave(self) -> None:
        """See Members."""
        self._answer()
        self._alive.discard(self._me)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable(self.down)


class NoReadAhead:
    """Looks at nothing beside the work."""

    def begin(self, look: Look) -> None:
        """See ReadAhead."""

    async def take(self) -> Turn | None:
        """See ReadAhead."""
        return None

    async def discard(self) -> None:
        """See ReadAhead."""
