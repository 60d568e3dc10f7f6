"""A projector of the model: the real application over the fake engines."""

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

from orders_contracts.replay import ReplayRequest
from orders_contracts.streams import events_stream
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.log import Entry, Reading
from projector.application.looks import Look, Turn
from projector.application.membership import Membership
from projector.application.ports import NO_REPLIES, Unavailable
from projector.application.replay import Replays
from tests.fakes.projector_ports import RecordingJournal
from tests.fakes.relay_observer import SetClock
from tests.model.read_side import ReadConnection, ReadDatabase
from tests.model.server import Id, Server
from tests.model.stepping import MOMENT, Process, Task, call

PROJECTION = "g1"
SERVICE = f"projector:{PROJECTION}"
COUNT = 3
"""Entries of a stream that one look takes."""


class Streams:
    """Its way to the streams. `again`: the next look brings what the last one brought, whatever it asked for."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._heads_at: Id = (-1, 0)
        self._before = Reading({}, None, frozenset())
        self.again = False

    async def read(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str] = NO_REPLIES, *, wait_seconds: float
    ) -> Reading:
        try:
            return await call(Unavailable, lambda: self._read(epoch, positions, replies))
        except Unavailable:
            self._heads_at = (-1, 0)
            raise

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        found = await call(Unavailable, lambda: self._look(epoch, positions, NO_REPLIES, 1))
        return {number: entries[0] for number, entries in found.items()}

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        await call(Unavailable, lambda: self._server.ask(requests, list(used)))

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        for number, sequence in positions.items():
            key = events_stream(epoch, number)
            await call(Unavailable, lambda key=key, to=sequence: self._server.bookmark(key, PROJECTION, to))  # type: ignore[misc]

    def _read(self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str]) -> Reading:
        found = self._look(epoch, positions, replies, COUNT)
        if self.again:
            self.again = False
            return self._before._replace(
                entries={number: old for number, old in self._before.entries.items() if number in positions}
            )
        heads = self._server.contents.heads
        fresh = heads if heads is not None and heads.at > self._heads_at else None
        self._heads_at = fresh.at if fresh else self._heads_at if found else (-1, 0)
        full = frozenset(number for number, entries in found.items() if len(entries) >= COUNT)
        self._before = Reading(found, fresh.data if fresh else None, full)
        return self._before

    def _look(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str], most: int
    ) -> dict[int, list[Entry]]:
        self._server.reach()
        keys = {number: replies.get(number) or events_stream(epoch, number) for number in positions}
        found = {number: self._server.after(key, positions[number], most) for number, key in keys.items()}
        return {number: entries for number, entries in found.items() if entries}


class Members:
    """Its place among the projectors."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._name = name

    async def beat(self) -> frozenset[str]:
        return await call(Unavailable, lambda: self._server.beat(SERVICE, self._name))

    async def leave(self) -> None:
        self._server.contents.members.get(SERVICE, {}).pop(self._name, None)


class ReadAhead:
    """A look that goes on in a task of its own."""

    def __init__(self) -> None:
        self.task: Task | None = None

    def begin(self, look: Look) -> None:
        self.task = Task(look())

    async def take(self) -> Turn | None:
        task = self.task
        if task is None:
            return None
        while not task.done:
            task.step(await MOMENT)
        self.task = None
        if task.error is not None:
            raise task.error
        result: Turn = task.result
        return result

    async def discard(self) -> None:
        if self.task is not None:
            self.task.kill()
            self.task = None


class ProjectorProcess(Process):
    """The worker, its look ahead, heartbeats and bookmarks, each a task."""

    def __init__(self, name: str, database: ReadDatabase, server: Server, clock: SetClock) -> None:
        self.journal, self.stream, self._ahead = RecordingJournal(), Streams(server), ReadAhead()
        self._bookmarks = Bookmarks(self.stream, self.journal)
        self._membership = Membership(name, Members(server, name), self.journal)
        numbers = count(1)
        self._consumer = Consumer(
            self.stream,
            ReadConnection(database),
            self._bookmarks,
            Replays(self.stream, PROJECTION, clock, self.journal, lambda: f"{name}-{next(numbers)}"),
            self.journal,
            ahead=self._ahead,
            share=self._membership.share,
            clock=clock,
            wait_seconds=1,
        )
        super().__init__(
            name, worker=self._working(), ahead=self._looking(), beat=self._beating(), bookmarks=self._marking()
        )

    @property
    def going(self) -> frozenset[int]:
        """The partitions that it works on and that flow; none while it is not ready."""
        status: dict[str, Any] = self._consumer.status()
        flowing = frozenset(one["partition"] for one in status["partitions"] if one["state"] == "flowing")
        return frozenset() if self._consumer.reasons() else flowing

    @property
    def complains(self) -> bool:
        """Whether it says that the read model may not be complete."""
        return bool(self._consumer.reasons())

    def kill(self) -> None:
        super().kill()
        if self._ahead.task is not None:
            self._ahead.task.kill()

    async def _working(self) -> None:
        while True:
            try:
                await self._consumer.apply(await self._consumer.read())
            except Unavailable as error:
                self.journal.failing(str(error), None)
                await self._consumer.reset()
                await MOMENT

    async def _looking(self) -> None:
        while True:
            fate = await MOMENT
            if self._ahead.task is not None:
                self._ahead.task.step(fate)

    async def _beating(self) -> None:
        while True:
            await self._membership.beat()

    async def _marking(self) -> None:
        while True:
            await self._bookmarks.flush()
            await MOMENT
