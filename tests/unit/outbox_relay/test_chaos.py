"""Relays in competition, and whatever may happen to Redis, in any order: the stream is the log."""

import asyncio
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from outbox_relay.application.ports import LinkFailure
from tests.fakes.relay_log import InMemoryTransaction
from tests.fakes.relay_observer import InMemoryObserver
from tests.unit.outbox_relay.world import OneRelay, World

FAULTS = ("write", "write", "turn", "turn", "both", "both", "crash", "lost reply", "lost tick")
LOSSES = ("flush", "tail", "trim", "delete", "second", "long begins", "long ends")
STEPS = st.lists(st.sampled_from([*FAULTS, *LOSSES]), min_size=5, max_size=40)


class Chaos:
    """Two relays on one world, and a random source for who goes first."""

    def __init__(self, seed: int, *, sharing: bool) -> None:
        self.random = Random(seed)
        self.world = World(length=6, sharing=sharing)
        self.observers: list[InMemoryObserver] = []
        self.relays = [self._relay(), self._relay()]
        self.open: list[InMemoryTransaction] = []

    def _relay(self) -> OneRelay:
        relay = self.world.relay(self._give_way)
        self.observers.append(relay.observer)
        return relay

    async def _give_way(self) -> None:
        for _ in range(self.random.randrange(3)):
            await asyncio.sleep(0)

    async def turn(self, relay: OneRelay) -> None:
        try:
            await relay.turn()
        except LinkFailure as failure:
            relay.observer.failed(failure)

    async def step(self, what: str) -> None:
        relay, partition = self.random.choice(self.relays), self.random.randrange(2)
        match what:
            case "write":
                await self.world.write(*(self.random.randrange(2) for _ in range(self.random.randrange(1, 6))))
            case "turn":
                await self.turn(relay)
            case "both":
                await asyncio.gather(*(self.turn(each) for each in self.relays))
            case "long begins":
                self.open.append(await self.world.database.begin())
                await self.open[-1].add(partition, f"long{len(self.world.database.rows)}")
            case "long ends" if self.open:
                await self.open.pop(0).commit()
            case _:
                self._fault(what, relay, partition)

    def _fault(self, what: str, relay: OneRelay, partition: int) -> None:
        match what:
            case "crash":
                self.relays[self.relays.index(relay)] = self._relay()
            case "lost reply":
                relay.stream.loses_reply = True
            case "lost tick":
                relay.outbox.dies_after_tick = True
            case "second":
                self.world.clock.seconds += 1.0
            case "flush":
                self.world.redis.flush()
            case _:
                self._harm(what, partition)

    def _harm(self, what: str, partition: int) -> None:
        kept = self.world.redis.streams.get((1, partition))
        if not kept or not kept.entries:
            return
        match what:
            case "tail":
                self.world.redis.lose_tail(1, partition, self.random.randrange(1, 4))
            case "trim":
                self.world.redis.trim(1, partition)
            case "delete":
                del self.world.redis.streams[1, partition]

    async def calm(self) -> None:
        """No more faults: a few undisturbed turns, seconds apart."""
        for transaction in self.open:
            await transaction.commit()
        for relay in self.relays:
            relay.stream.loses_reply = relay.outbox.dies_after_tick = False
        for _ in range(6):
            self.world.clock.seconds += 1.0
            for relay in self.relays:
                await relay.turn()


@settings(max_examples=300, deadline=None)
@given(STEPS, st.integers(0, 2**32), st.booleans())
async def test_whatever_happens_a_number_means_one_event_for_ever_and_the_streams_end_with_the_log(
    steps: list[str], seed: int, sharing: bool
) -> None:
    chaos = Chaos(seed, sharing=sharing)
    for what in ["write", *steps]:
        await chaos.step(what)
    await chaos.calm()
    world = chaos.world
    assert all(len(events) == 1 for events in world.redis.history.values())
    for partition in (0, 1):
        logged, published = world.logged(partition), world.published(partition)
        assert set(published) <= set(logged)
        assert [sequence for sequence, _ in published] == sorted(sequence for sequence, _ in published)
        kept = world.redis.streams.get((1, partition))
        assert (kept.last if kept else 0) == len(logged)
    assert world.redis.heads is not None
    assert world.redis.heads.sequences == (len(world.logged(0)), len(world.logged(1)))
    assert not any(observer.ever_stopped for observer in chaos.observers)
