"""A write database, a Redis and relays between them, all in memory."""

from collections.abc import Callable

from outbox_relay.application.relay import Relay
from tests.fakes.relay_log import InMemoryDatabase, InMemoryOutbox, Pause, at_once
from tests.fakes.relay_members import InMemoryMembers, InMemoryMembership
from tests.fakes.relay_observer import InMemoryObserver, SetClock
from tests.fakes.relay_stream import InMemoryRedis, InMemoryStream


def never() -> bool:
    """Nobody asks the relay to stop."""
    return False


class OneRelay:
    """A relay and what it holds on to."""

    def __init__(self, world: "World", name: str, pause: Pause = at_once) -> None:
        self.outbox = InMemoryOutbox(world.database, pause)
        self.stream = InMemoryStream(world.redis, world.length, pause, world.window)
        members = world.members if world.sharing else InMemoryMembers(world.clock)
        self.membership = InMemoryMembership(members, name, pause)
        self.observer = InMemoryObserver()
        self.relay = Relay(self.outbox, self.stream, self.membership, world.clock, self.observer, length=world.length)

    async def turn(self, halted: Callable[[], bool] = never) -> bool:
        return await self.relay.turn(halted)


class World:
    """Two partitions unless told otherwise; streams of `length` entries, `window` of them behind the slowest group.

    Relays that do not share (`sharing`) know nothing of each other: each takes all partitions for its own.
    """

    def __init__(self, partitions: int = 2, length: int = 100, window: int = 10_000, *, sharing: bool = False) -> None:
        self.length = length
        self.window = window
        self.sharing = sharing
        self.database = InMemoryDatabase(partitions)
        self.redis = InMemoryRedis()
        self.clock = SetClock()
        self.members = InMemoryMembers(self.clock)
        self._written = self._relays = 0

    def relay(self, pause: Pause = at_once) -> OneRelay:
        self._relays += 1
        return OneRelay(self, f"relay-{self._relays}", pause)

    async def write(self, *partitions: int) -> None:
        """One transaction with an event for each of these partitions."""
        events = []
        for partition in partitions:
            self._written += 1
            events.append((partition, f"e{self._written}"))
        await self.database.write(*events)

    def published(self, partition: int) -> list[tuple[int, str]]:
        """Sequence and event id of every entry of a partition's stream."""
        return [(entry.sequence, entry.event_id) for entry in self.redis.stream(1, partition)]

    def logged(self, partition: int) -> list[tuple[int, str]]:
        """Sequence and event id of every numbered event of a partition."""
        return list(enumerate(self.database.numbered(partition), 1))

    def in_step(self) -> bool:
        """The streams end with the log, hold nothing else than the log, and are chained."""
        return all(self._partition_in_step(partition) for partition in range(self.database.log.partitions))

    def _partition_in_step(self, partition: int) -> bool:
        logged, published = self.logged(partition), self.published(partition)
        names = {0: "", **dict(logged)}
        chained = all(entry.prev == names[entry.sequence - 1] for entry in self.redis.stream(1, partition))
        return published == logged[len(logged) - len(published) :] and chained and bool(published) == bool(logged)
