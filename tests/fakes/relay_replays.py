"""Requests for replays and replies in memory, the log one partition at a time, and an observer that remembers."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from orders_contracts.replay import REPLY_SECONDS, REQUEST_SECONDS, ReplayRequest, encode_request
from outbox_relay.application.ports import LinkFailure, Row, StreamUnavailable, Tick
from outbox_relay.application.replay_ports import Asked, Mail, Part, Piece
from tests.fakes.relay_log import InMemoryOutbox
from tests.fakes.relay_stream import Entry


class InMemoryReplayServer:
    """What a Redis holds of replays, at the moment `now`. `problem` is raised by all that is asked of it while set."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.asked: list[Asked] = []
        self.replies: dict[str, list[Entry]] = {}
        self.kept_until: dict[str, float] = {}
        self.problem: str | None = None

    def ask(self, request: ReplayRequest, seconds_ago: float = 0.0) -> None:
        """As a reader does."""
        self.asked.append(Asked(encode_request(request), self.now - seconds_ago))

    def pass_by(self, seconds: float) -> None:
        """Time goes on, and what has been kept for its time is gone."""
        self.now += seconds
        for name in [name for name, until in self.kept_until.items() if until <= self.now]:
            self.lose(name)

    def lose(self, reply_to: str) -> None:
        """A reply is gone."""
        self.replies.pop(reply_to, None)
        self.kept_until.pop(reply_to, None)

    def flush(self) -> None:
        """All is gone."""
        self.asked.clear()
        self.replies.clear()
        self.kept_until.clear()

    def sequences(self, reply_to: str) -> list[int]:
        """What a reply holds."""
        return [entry.sequence for entry in self.replies.get(reply_to, [])]


class InMemoryRequests:
    """One relay's way to the requests."""

    def __init__(self, server: InMemoryReplayServer) -> None:
        self._server = server
        self._after: float | None = None
        self.waits: list[float] = []

    async def read(self, wait_seconds: float) -> Mail:
        server = _reached(self._server)
        self.waits.append(wait_seconds)
        if self._after is None:
            self._after = server.now - REQUEST_SECONDS
        fresh = [asked for asked in server.asked if asked.at > self._after]
        newest = max((asked.at for asked in server.asked), default=0.0)
        if fresh:
            self._after = newest
        elif newest < self._after:
            self._after = server.now - REQUEST_SECONDS
        return Mail(server.now, fresh)


class InMemoryReplies:
    """One relay's way to the replies. `loses`: a reply that is deleted whenever something was written to it.

    `refuses`: a reply that nothing can be written to.
    """

    def __init__(self, server: InMemoryReplayServer) -> None:
        self._server = server
        self.loses: str | None = None
        self.refuses: str | None = None

    async def write(self, reply_to: str, piece: Piece, after: int) -> bool:
        server = _reached(self._server)
        if reply_to == self.refuses:
            raise StreamUnavailable("redis: WRONGTYPE")
        entries = server.replies.get(reply_to, [])
        last, prev = entries[-1].sequence if entries else 0, piece.prev
        if last < after:
            return False
        for sequence, (_, event_id, type_, data) in enumerate(piece.rows, piece.first):
            if sequence > last:
                server.replies.setdefault(reply_to, []).append(Entry(sequence, event_id, type_, prev, data))
            prev = event_id
        server.kept_until[reply_to] = server.now + REPLY_SECONDS
        if self.loses == reply_to:
            server.lose(reply_to)
        return True


class InMemoryReplayLog(InMemoryOutbox):
    """The log, read in pieces of `chunk` events."""

    async def replay(self, part: Part) -> AsyncGenerator[Sequence[Row]]:
        database = await self._reached()
        rows = [row for number in part.ticks for row in database.of_tick(number) if row[0] == part.partition]
        rows = rows[part.offset : part.offset + part.size]
        for first in range(0, len(rows), self._chunk):
            await self._reached()
            yield rows[first : first + self._chunk]


class Published(NamedTuple):
    """What the relay beside would say that it publishes."""

    epoch: int
    partitions: int
    mine: Collection[int]
    newest: Tick | None


@dataclass
class InMemoryReplayObserver:
    """Remembers what it was told."""

    served: list[tuple[str, int, int, int]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    failures: list[LinkFailure] = field(default_factory=list)

    def replayed(self, request: ReplayRequest, last: int, seconds: float) -> None:
        self.served.append((request.projection, request.partition, request.first, last))

    def unreadable(self, reason: str) -> None:
        self.unread.append(reason)

    def replay_failed(self, failure: LinkFailure) -> None:
        self.failures.append(failure)


def _reached(server: InMemoryReplayServer) -> InMemoryReplayServer:
    if server.problem:
        raise StreamUnavailable(server.problem)
    return server
