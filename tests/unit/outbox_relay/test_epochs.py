"""A log that changes its identity under a running relay, and heads that a log of an earlier day has left behind."""

import pytest

from outbox_relay.application.ports import Log, OutboxUnavailable, OutboxUnfit
from tests.unit.outbox_relay.world import World


def restored(world: World) -> World:
    """A write database of a day when it was empty; the same Redis and time."""
    again = World()
    again.redis, again.clock = world.redis, world.clock
    again.database.next_xid = 1_000
    return again


async def test_a_new_epoch_is_followed_within_a_second() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 1)
    await relay.turn()
    world.database.log = Log(2, 2)
    world.clock.seconds = 1.0
    await relay.turn()
    assert [entry.event_id for entry in world.redis.stream(2, 0)] == ["e1"]
    assert world.redis.said[-1].epoch == 2
    assert relay.relay.serving.epoch == 2


async def test_a_new_epoch_starts_a_stopped_partition_again() -> None:
    world = World()
    for _ in range(5):
        await world.write(0, 0)
        await world.relay().turn()
    again = restored(world)
    await again.write(0)
    relay = again.relay()
    await relay.turn()
    assert set(relay.observer.stops) == {0}
    again.database.log = Log(2, 2)
    again.clock.seconds += 1.0
    await relay.turn()
    assert relay.observer.stops == {}
    assert [entry.event_id for entry in again.redis.stream(2, 0)] == ["e1"]
    assert (again.redis.said[-1].epoch, again.redis.said[-1].tick) == (2, 1)


async def test_heads_of_a_tick_that_the_log_has_lost_are_replaced_a_second_later() -> None:
    world = World()
    for _ in range(5):
        await world.write(1)
        await world.relay().turn()
    assert world.redis.said[-1].tick == 5
    again = restored(world)
    await again.write(0)
    relay = again.relay()
    await relay.turn()
    assert again.redis.said[-1].tick == 5
    again.clock.seconds += 1.0
    await relay.turn()
    heads = again.redis.said[-1]
    assert (heads.tick, heads.sequences, heads.logged) == (1, (1, 0), (1, 0))


async def test_heads_of_a_faster_relay_are_left_alone() -> None:
    world = World()
    late, fast = world.relay(), world.relay()
    await late.turn()
    await world.write(0)
    world.clock.seconds = 1.0

    async def other_first() -> None:
        await fast.turn()

    late.stream._pause = other_first
    await late.turn()
    late.stream._pause = world.relay().stream._pause
    said = len(world.redis.said)
    await late.turn()
    assert [heads.tick for heads in world.redis.said[:said]] == sorted(heads.tick for heads in world.redis.said[:said])


async def test_a_log_of_a_lower_epoch_than_readers_know_is_of_an_earlier_day() -> None:
    world = World()
    relay = world.relay()
    world.database.log = Log(2, 2)
    await relay.turn()
    world.database.log = Log(1, 2)
    world.clock.seconds += 1.0
    await relay.turn()
    world.clock.seconds += 1.0
    with pytest.raises(OutboxUnfit, match="readers are told of 2"):
        await relay.turn()
    world.database.log = Log(3, 2)
    await relay.turn()
    assert world.redis.said[-1].epoch == 3


async def test_a_log_that_came_back_just_as_long_with_other_events_is_noticed_on_reconnection() -> None:
    world = World()
    await world.write(0, 0, 1)
    relay = world.relay()
    await relay.turn()
    rows = world.database.rows
    rows[1] = rows[1]._replace(row=(0, "other", *rows[1].row[2:]))
    world.database.problem = OutboxUnavailable("connection lost")
    with pytest.raises(OutboxUnavailable):
        await relay.turn()
    world.database.problem = None
    await world.write(0, 1)
    await relay.turn()
    assert set(relay.observer.stops) == {0}
    assert [event for _, event in world.published(0)] == ["e1", "e2"]
    assert [event for _, event in world.published(1)] == ["e3", "e5"]


async def test_after_a_last_entry_was_deleted_the_next_events_follow_under_their_numbers() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 0, 0)
    await relay.turn()
    world.redis.stream(1, 0).pop()
    await world.write(0)
    world.clock.seconds = 1.0
    await relay.turn()
    await world.write(0)
    await world.relay().turn()
    assert world.published(0) == [(1, "e1"), (2, "e2"), (4, "e4"), (5, "e5")]
    assert [entry.prev for entry in world.redis.stream(1, 0)] == ["", "e1", "e3", "e4"]
