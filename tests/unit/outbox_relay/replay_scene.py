"""A log in memory, a relay that publishes it, readers who ask, and the replayer between them."""

from collections.abc import Iterable
from typing import Any

from orders_contracts.replay import ReplayRequest
from outbox_relay.application.ports import Tick
from outbox_relay.application.replayer import Replayer
from tests.fakes.relay_log import InMemoryDatabase, InMemoryOutbox
from tests.fakes.relay_observer import SetClock
from tests.fakes.relay_replays import (
    InMemoryReplayLog,
    InMemoryReplayObserver,
    InMemoryReplayServer,
    InMemoryReplies,
    InMemoryRequests,
    Published,
)


class Scene:
    """A log of two partitions, a server, and a replayer beside a relay that publishes `mine`."""

    def __init__(self, mine: Iterable[int] = (0, 1), chunk: int = 3) -> None:
        self.database = InMemoryDatabase(partitions=2)
        self.server = InMemoryReplayServer()
        self.requests = InMemoryRequests(self.server)
        self.replies = InMemoryReplies(self.server)
        self.observer = InMemoryReplayObserver()
        self.mine = set(mine)
        self.newest: Tick | None = None
        self.epoch = 1
        log = InMemoryReplayLog(self.database, chunk=chunk)
        self.replayer = Replayer(
            self.requests, log, self.replies, self._serving, clock=SetClock(), observer=self.observer
        )

    def _serving(self) -> Published:
        return Published(self.epoch, 2, self.mine, self.newest)

    async def write(self, *partitions: int) -> None:
        """A tick with an event for each of these partitions."""
        events = [(p, f"e{self.database.next_position + place}") for place, p in enumerate(partitions, 1)]
        await self.database.write(*events)
        self.newest = await self.tick()

    async def tick(self) -> Tick:
        outbox = InMemoryOutbox(self.database)
        await outbox.open()
        return await outbox.tick()

    async def turn(self) -> bool:
        return await self.replayer.turn(1.0)

    async def turns(self) -> list[tuple[str, int, int, int]]:
        """All turns until there is nothing to do; what was served."""
        while await self.turn():
            pass
        return self.observer.served

    def reply(self, one: ReplayRequest) -> list[tuple[int, str, str]]:
        """Of each entry the sequence, the event id and the one before."""
        return [(entry.sequence, entry.event_id, entry.prev) for entry in self.server.replies.get(one.reply_to, [])]

    def logged(self, partition: int, first: int, last: int) -> list[tuple[int, str, str]]:
        ids = ["", *self.database.numbered(partition)]
        return [(sequence, ids[sequence], ids[sequence - 1]) for sequence in range(first, last + 1)]


async def small_scene(**settings: Any) -> Scene:
    """Some twenty events in ticks of different sizes."""
    scene = Scene(**settings)
    for size in (1, 2, 7, 1, 1, 5, 3):
        await scene.write(*(number % 2 for number in range(size)), 0)
    return scene
