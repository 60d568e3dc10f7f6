"""Where reads wait for a version that has not arrived yet, until somebody calls out that it has.

Streams stand here as well: they wait for the next version, whichever it is, again and again.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from orders_contracts.consistency import ConsistencyToken


class Place:
    """One read or stream that waits. Calls that come while it looks by itself are not lost."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._called = asyncio.Event()

    def call(self) -> None:
        self._called.set()

    def listen_anew(self) -> None:
        """Forget the calls until now. To be done before looking, never after."""
        self._called.clear()

    async def called_within(self, seconds: float) -> bool:
        """Wait for a call; False if none comes in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return False
        return True


class WaitingRoom:
    """The places, by the aggregate that they wait for."""

    def __init__(self, limit: int) -> None:
        """`limit` is for reads; whoever opens streams has a limit of his own."""
        self._limit = limit
        self._places: dict[tuple[str, str], set[Place]] = {}
        self._reads = 0
        self._standing = 0
        self._closed = False

    def __len__(self) -> int:
        return self._reads + self._standing

    @property
    def reads(self) -> int:
        """How many reads wait now."""
        return self._reads

    @property
    def open(self) -> bool:
        """Whether there is room, and time, to wait."""
        return not self._closed and self._reads < self._limit

    @property
    def closed(self) -> bool:
        return self._closed

    @contextmanager
    def place(self, token: ConsistencyToken) -> Iterator[Place]:
        """A read's place, which is called when the aggregate of `token` reaches its version."""
        self._reads += 1
        try:
            with self._kept(token) as place:
                yield place
        finally:
            self._reads -= 1

    @contextmanager
    def standing(self, token: ConsistencyToken) -> Iterator[Place]:
        """A stream's place: who has it sets its version to the next one that he has not seen."""
        self._standing += 1
        try:
            with self._kept(token) as place:
                yield place
        finally:
            self._standing -= 1

    @contextmanager
    def _kept(self, token: ConsistencyToken) -> Iterator[Place]:
        key = (token.aggregate_type, token.aggregate_id)
        place = Place(token.version)
        neighbours = self._places.setdefault(key, set())
        neighbours.add(place)
        try:
            yield place
        finally:
            neighbours.discard(place)
            if not neighbours and self._places.get(key) is neighbours:
                del self._places[key]

    def announce(self, aggregate_type: str, aggregate_id: str, version: int) -> None:
        """Call those who wait for this version of the aggregate, or an earlier one."""
        for place in self._places.get((aggregate_type, aggregate_id), ()):
            if place.version <= version:
                place.call()

    def call_all(self) -> None:
        """Announcements may have been missed: everybody looks for himself."""
        for places in self._places.values():
            for place in places:
                place.call()

    def close(self) -> None:
        """The process ends: nobody waits any longer."""
        self._closed = True
        self.call_all()
