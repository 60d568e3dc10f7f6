"""What the relay does when all is well, and who is told."""

from typing import Any

import pytest

from orders_contracts.heads import Heads
from outbox_relay.application.ports import Span
from outbox_relay.application.relay import Relay
from tests.unit.outbox_relay.world import OneRelay, World, never


async def test_events_are_published_under_their_numbers() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 1, 0)
    await world.write(1)
    assert await relay.turn()
    assert world.published(0) == [(1, "e1"), (2, "e3")]
    assert world.published(1) == [(1, "e2"), (2, "e4")]
    assert world.in_step()


async def test_a_turn_without_news_says_so() -> None:
    world = World()
    relay = world.relay()
    assert not await relay.turn()
    await world.write(0)
    assert await relay.turn()
    assert not await relay.turn()
    assert world.published(0) == [(1, "e1")]


async def test_every_published_event_is_reported_once() -> None:
    world = World()
    relay = world.relay()
    for _ in range(3):
        await world.write(0, 1, 1)
        await relay.turn()
    assert relay.observer.spans == [
        Span(0, 1, 1), Span(1, 1, 2), Span(0, 2, 2), Span(1, 3, 4), Span(0, 3, 3), Span(1, 5, 6)
    ]  # fmt: skip
    assert relay.observer.ticks == [1, 2, 3]
    assert relay.observer.refusals == []
    assert relay.observer.goes == [0, 1]


async def test_an_event_of_a_long_transaction_follows_when_it_is_over() -> None:
    world = World()
    relay = world.relay()
    long = await world.database.begin()
    await long.add(0, "late")
    await world.write(0)
    await relay.turn()
    await long.commit()
    await relay.turn()
    assert world.published(0) == [(1, "e1"), (2, "late")]


async def test_a_backlog_is_published_in_chunks_until_the_relay_is_told_to_stop() -> None:
    world = World()
    relay = world.relay()
    await world.write(*[0] * 10)
    assert await relay.turn(lambda: True)
    assert 0 < len(world.published(0)) < 10
    await relay.turn()
    assert world.in_step()
    assert relay.observer.refusals == []


async def test_heads_are_told_at_once_and_then_once_a_second() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    assert [heads.sequences for heads in world.redis.said] == [(0, 0)]
    await world.write(0, 1, 1)
    await relay.turn()
    world.clock.seconds = 0.9
    await relay.turn()
    assert len(world.redis.said) == 1
    world.clock.seconds = 1.0
    await relay.turn()
    assert world.redis.said[1:] == [
        Heads(epoch=1, tick=1, sequences=(1, 2), at="2026-11-22T03:00:01.000000Z", logged=(1, 2))
    ]


async def test_heads_never_speak_of_an_event_that_is_not_in_its_stream() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 0, 0)
    await relay.turn()
    world.redis.lose_tail(1, 0, 2)
    world.clock.seconds = 1.0
    await relay.turn()
    assert world.redis.said[-1].sequences == (3, 0)
    assert world.in_step()


async def test_heads_of_a_backlog_are_dated_by_its_oldest_event() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    await world.write(*[0] * 1_500)
    world.clock.seconds = 60.0
    await relay.turn()
    world.clock.seconds = 61.0
    await relay.turn()
    underway, done = world.redis.said[1:]
    assert 0 < underway.sequences[0] < 1_500
    assert (underway.tick, underway.at) == (0, "2026-11-22T03:00:00.000000Z")
    assert done == Heads(epoch=1, tick=1, sequences=(1_500, 0), at="2026-11-22T03:01:01.000000Z", logged=(1_500, 0))


async def test_heads_are_told_again_as_soon_as_an_emptied_redis_is_filled() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 1)
    await relay.turn()
    world.redis.flush()
    world.clock.seconds = 1.0
    await relay.turn()
    assert world.redis.heads is not None
    assert world.redis.heads.sequences == (1, 1)


def test_a_turn_needs_no_event_loop_where_nothing_has_to_be_waited_for() -> None:
    world = World(sharing=True)
    relay = world.relay()
    for _ in range(2):
        for step in (world.write(*[0, 1] * 1_500), relay.turn(lambda: a_second_later(world))):
            with pytest.raises(StopIteration):
                step.send(None)
    assert len(relay.observer.stands_at) > 2
    assert world.in_step()


def a_second_later(world: World) -> bool:
    world.clock.seconds += 1.0
    return False


class Counted:
    """Passes calls on and keeps their names."""

    def __init__(self, passed_on_to: object, calls: list[str]) -> None:
        self._target = passed_on_to
        self._calls = calls
        self.name = "counted"

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        def called(*arguments: Any) -> Any:
            self._calls.append(name)
            return method(*arguments)

        return called


async def test_between_two_seconds_a_round_is_a_tick_and_if_there_is_something_new_one_write() -> None:
    world, calls = World(), list[str]()
    parts = OneRelay(world, "counted")
    outbox, stream, members = (Counted(part, calls) for part in (parts.outbox, parts.stream, parts.membership))
    relay = Relay(outbox, stream, members, world.clock, parts.observer, length=world.length)
    await relay.turn(never)
    calls.clear()
    await relay.turn(never)
    assert calls == ["tick"]
    await world.write(0, 1, 1)
    await relay.turn(never)
    assert calls == ["tick", "tick", "publish"]
    calls.clear()
    world.clock.seconds += 1.0
    await relay.turn(never)
    assert calls == ["look", "beat", "last", "trim", "tick", "announce"]


async def test_a_big_backlog_has_an_age_until_it_is_published() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    await world.write(*[0] * 1_500)
    ages = []

    def look() -> bool:
        ages.append(relay.observer.age)
        return False

    await relay.turn(look)
    assert ages[0]
    assert relay.observer.age == 0.0
