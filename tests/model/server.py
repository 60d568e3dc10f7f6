"""The Redis of the model: streams, groups, heads, requests, replies and members, and whatever may befall them.

It keeps to what the scripts of the relay and the commands of the projector do in the engine: a script is whole or
nothing, an entry id must lie above the last, XADD is refused when memory is full.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol

from orders_contracts.heads import Heads, decode_heads, encode_heads
from orders_contracts.members import MEMBER_SECONDS
from orders_contracts.replay import REPLY_SECONDS, ReplayRequest, encode_request
from orders_contracts.streams import entry_id, events_stream
from outbox_relay.application.ports import Batch, Last, Spoken
from outbox_relay.application.replay_ports import Piece
from projector.application.log import Entry
from tests.model.stepping import Refusal

EMPTY: Final = Last("0-0", "")
Id = tuple[int, int]


class Witness(Protocol):
    """Sees what is written, before anybody else does, and raises Violation."""

    def published(self, epoch: int, partition: int, last: int, entries: Sequence[Entry]) -> None: ...
    def told(self, heads: Heads) -> None: ...
    def asked(self, request: ReplayRequest) -> None: ...
    def replied(self, reply_to: str, entries: Sequence[Entry]) -> None: ...


class Told(NamedTuple):
    """The one entry of the heads."""

    at: Id
    data: bytes


@dataclass
class Stream:
    """Its last id outlives its entries."""

    last: int = 0
    entries: list[Entry] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)
    until: float = float("inf")

    @property
    def end(self) -> Last:
        there = bool(self.entries) and self.entries[-1].sequence == self.last
        return Last(entry_id(self.last), self.entries[-1].event_id if there else "")

    def copy(self) -> "Stream":
        return replace(self, entries=self.entries[:], groups=dict(self.groups))


@dataclass
class Contents:
    """All that a snapshot of the server holds."""

    streams: dict[str, Stream] = field(default_factory=dict)
    heads: Told | None = None
    requests: list[tuple[Id, bytes]] = field(default_factory=list)
    members: dict[str, dict[str, float]] = field(default_factory=dict)

    def copy(self) -> "Contents":
        streams = {key: stream.copy() for key, stream in self.streams.items()}
        members = {service: dict(scores) for service, scores in self.members.items()}
        return Contents(streams, self.heads, self.requests[:], members)


class Server:
    """`state` is "" when all is well, else "down", "full" or "readonly"; its clock goes `ahead` of everybody's.

    Streams are kept to `length` entries, and to `window` behind the slowest group.
    """

    def __init__(self, seconds: Callable[[], float], witness: Witness, *, length: int, window: int) -> None:
        self._seconds = seconds
        self._witness = witness
        self._length = length
        self._window = window
        self.state = ""
        self.ahead = 1_000_000.0
        self.contents = Contents()

    @property
    def now(self) -> float:
        """Seconds of its own clock."""
        return self.ahead + self._seconds()

    def reach(self, *, writes: bool = False, adds: bool = False) -> None:
        """Raises Refusal when it does not take such a command now."""
        if self.state == "down":
            raise Refusal("the connection was refused")
        if (writes or adds) and self.state == "readonly":
            raise Refusal("READONLY You can't write against a read only replica.")
        if adds and self.state == "full":
            raise Refusal("OOM command not allowed when used memory > 'maxmemory'.")

    def stream(self, key: str) -> Stream | None:
        """What has not expired."""
        stream = self.contents.streams.get(key)
        if stream is not None and stream.until <= self.now:
            del self.contents.streams[key]
            return None
        return stream

    def after(self, key: str, sequence: int, count: int) -> list[Entry]:
        """XREAD of one stream."""
        stream = self.stream(key)
        if stream is None or stream.last <= sequence:
            return []
        return [entry for entry in stream.entries if entry.sequence > sequence][:count]

    def last(self, epoch: int, partition: int) -> Last:
        """How a stream ends."""
        self.reach()
        stream = self.stream(events_stream(epoch, partition))
        return EMPTY if stream is None else stream.end

    def publish(self, epoch: int, batch: Batch) -> Last | None:
        """publish.lua"""
        self.reach()
        key = events_stream(epoch, batch.partition)
        stream = self.stream(key) or Stream()
        if not self.fits(stream.end, batch):
            return stream.end
        self.reach(adds=True)
        entries = _entries(batch.first, batch.prev, batch.rows)
        if batch.first <= stream.last:
            raise Refusal("ERR The ID specified in XADD is equal or smaller than the target stream top item")
        self._witness.published(epoch, batch.partition, stream.last, entries)
        self.contents.streams[key] = stream
        stream.entries = [*stream.entries, *entries][-self._length :]
        stream.last = entries[-1].sequence
        return None

    def fits(self, end: Last, batch: Batch) -> bool:
        """Whether the stream ends as the relay believes."""
        return end.entry == batch.expected.entry and end.event_id in {"", batch.expected.event_id}

    def trim(self, epoch: int, partition: int) -> int:
        """trim.lua"""
        self.reach(writes=True)
        stream = self.stream(events_stream(epoch, partition))
        if stream is None or not stream.groups:
            return 0
        first = min(self.passed(stream) - self._window + 1, stream.last)
        before = len(stream.entries)
        stream.entries = [entry for entry in stream.entries if entry.sequence >= first]
        return before - len(stream.entries)

    def passed(self, stream: Stream) -> int:
        """What need not be kept for any group."""
        return min(stream.groups.values())

    def announce(self, heads: Heads, outdated: int) -> Spoken | None:
        """announce.lua"""
        self.reach()
        there, major = self.contents.heads, heads.tick
        if there is not None:
            found = decode_heads(there.data)
            later = found.epoch == heads.epoch and found.tick > heads.tick and found.tick != outdated
            if later or found.epoch > heads.epoch:
                return Spoken(found.epoch, found.tick)
            major = max(major, there.at[0])
        self.reach(adds=True)
        self._witness.told(heads)
        minor = there.at[1] + 1 if there is not None and there.at[0] == major else 0
        self.contents.heads = Told((major, minor), encode_heads(heads))
        return None

    def beat(self, service: str, name: str) -> frozenset[str]:
        """beat.lua"""
        self.reach(adds=True)
        scores = self.contents.members.setdefault(service, {})
        scores[name] = self.now
        for gone in [one for one, at in scores.items() if not self.now - MEMBER_SECONDS <= at <= self.now]:
            del scores[gone]
        return frozenset(scores)

    def ask(self, requests: Sequence[ReplayRequest], used: Sequence[str]) -> None:
        """UNLINK and XADD in one pipeline."""
        self.reach(writes=True)
        for name in used:
            self.contents.streams.pop(name, None)
        self.reach(adds=True)
        for request in requests:
            self._witness.asked(request)
            last = self.contents.requests[-1][0] if self.contents.requests else (0, 0)
            now = int(self.now * 1_000)
            at = (now, 0) if now > last[0] else (last[0], last[1] + 1)
            self.contents.requests.append((at, encode_request(request)))

    def reply(self, reply_to: str, piece: Piece, after: int) -> bool:
        """reply.lua"""
        self.reach()
        stream = self.stream(reply_to) or Stream()
        if stream.last < after:
            return False
        fresh = [one for one in _entries(piece.first, piece.prev, piece.rows) if one.sequence > stream.last]
        self.reach(writes=True, adds=bool(fresh))
        self._witness.replied(reply_to, fresh)
        stream.entries += fresh
        if fresh:
            stream.last = fresh[-1].sequence
        stream.until = self.now + REPLY_SECONDS
        self.contents.streams[reply_to] = stream
        return True

    def bookmark(self, key: str, group: str, sequence: int) -> None:
        """XGROUP SETID, after XGROUP CREATE at 0 where there is none."""
        self.reach(writes=True)
        stream = self.stream(key)
        if stream is None or group not in stream.groups:
            self.reach(adds=True)
            stream = self.contents.streams.setdefault(key, Stream())
        stream.groups[group] = sequence


def _entries(first: int, prev: str, rows: Sequence[tuple[int, str, str, bytes]]) -> list[Entry]:
    before = [prev, *(row[1] for row in rows)]
    return [Entry(number, row[1], before[place], row[3]) for place, (number, row) in enumerate(enumerate(rows, first))]
