"""A relay of the model: the real application over the fake engines."""

from collections.abc import Sequence

from orders_contracts.heads import Heads
from orders_contracts.replay import REQUEST_SECONDS
from outbox_relay.application.ports import Batch, Last, LinkFailure, OutboxUnfit, Spoken, StreamUnavailable
from outbox_relay.application.relay import Relay
from outbox_relay.application.replay_ports import Asked, Mail, Piece
from outbox_relay.application.replayer import Replayer
from tests.fakes.relay_observer import InMemoryObserver, SetClock
from tests.fakes.relay_replays import InMemoryReplayObserver
from tests.model.server import Id, Server
from tests.model.stepping import Process, call
from tests.model.write_side import WriteConnection, WriteDatabase

SERVICE = "outbox-relay"


class Streams:
    """Its way to the streams; a pipeline is as many calls."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def last(self, epoch: int, partitions: Sequence[int]) -> list[Last]:
        return [await call(StreamUnavailable, lambda p=p: self._server.last(epoch, p)) for p in partitions]  # type: ignore[misc]

    async def publish(self, epoch: int, batches: Sequence[Batch]) -> list[Last | None]:
        return [await call(StreamUnavailable, lambda one=one: self._server.publish(epoch, one)) for one in batches]  # type: ignore[misc]

    async def trim(self, epoch: int, partitions: Sequence[int]) -> int:
        return await call(StreamUnavailable, lambda: sum(self._server.trim(epoch, p) for p in partitions))

    async def announce(self, heads: Heads, outdated: int = 0) -> Spoken | None:
        return await call(StreamUnavailable, lambda: self._server.announce(heads, outdated))


class Members:
    """Its place among the relays; who is there was seen last when it could be written."""

    def __init__(self, server: Server, name: str) -> None:
        self.name = name
        self._server = server
        self._known = frozenset({name})

    async def beat(self) -> frozenset[str]:
        return await call(StreamUnavailable, self._beat)

    async def leave(self) -> None:
        self._server.contents.members.get(SERVICE, {}).pop(self.name, None)

    def _beat(self) -> frozenset[str]:
        if self._server.state not in {"full", "readonly"}:
            self._known = self._server.beat(SERVICE, self.name)
        return self._known


class Requests:
    """Its way to the requests."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._after: Id | None = None

    async def read(self, wait_seconds: float) -> Mail:
        return await call(StreamUnavailable, self._read)

    def _read(self) -> Mail:
        server = self._server
        server.reach()
        oldest = int((server.now - REQUEST_SECONDS) * 1_000), 0
        after, there = self._after or oldest, server.contents.requests
        fresh = [(at, data) for at, data in there if at > after]
        self._after = fresh[-1][0] if fresh else oldest if not there or there[-1][0] < after else after
        return Mail(server.now, [Asked(data, at[0] / 1_000) for at, data in fresh])


class Replies:
    """Its way to the replies."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def write(self, reply_to: str, piece: Piece, after: int) -> bool:
        return await call(StreamUnavailable, lambda: self._server.reply(reply_to, piece, after))


class RelayProcess(Process):
    """Relay and replayer, each a task."""

    def __init__(self, name: str, database: WriteDatabase, server: Server, clock: SetClock, length: int) -> None:
        self.observer, self.replays = InMemoryObserver(), InMemoryReplayObserver()
        self._relay = Relay(
            WriteConnection(database),
            Streams(server),
            Members(server, name),
            clock,
            self.observer,
            length=length,
        )
        self._replayer = Replayer(
            Requests(server),
            WriteConnection(database),
            Replies(server),
            lambda: self._relay.serving,
            clock=clock,
            observer=self.replays,
        )
        super().__init__(name, relay=self._relaying(), replayer=self._replaying())

    @property
    def going(self) -> frozenset[int]:
        """The partitions that it publishes."""
        return self._relay.serving.mine

    @property
    def complains(self) -> bool:
        """Whether it needs a person: it has stopped a partition, or the database is not fit."""
        failures = [] if self.going else self.observer.failures[-1:]
        return bool(self.observer.stops) or any(isinstance(failure, OutboxUnfit) for failure in failures)

    async def _relaying(self) -> None:
        while True:
            try:
                await self._relay.turn(lambda: False)
            except LinkFailure as failure:
                self.observer.failed(failure)

    async def _replaying(self) -> None:
        while True:
            try:
                await self._replayer.turn(1)
            except LinkFailure as failure:
                self.replays.replay_failed(failure)
