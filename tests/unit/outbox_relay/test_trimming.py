"""What readers have passed makes room for what is new, also when there is no room left."""

import pytest

from outbox_relay.application.ports import StreamUnavailable
from tests.unit.outbox_relay.world import World


async def test_once_a_second_what_all_groups_have_passed_goes_but_for_the_window() -> None:
    world = World(window=2)
    relay = world.relay()
    await world.write(*[0] * 10, *[1] * 10)
    await relay.turn()
    world.redis.streams[1, 0].groups |= {"fast": 10, "slow": 7}
    await relay.turn()
    assert len(world.published(0)) == 10
    world.clock.seconds = 1.0
    await relay.turn()
    assert [sequence for sequence, _ in world.published(0)] == [6, 7, 8, 9, 10]
    assert len(world.published(1)) == 10
    await world.write(0)
    await relay.turn()
    assert world.in_step()


async def test_a_relay_trims_only_what_is_its_own() -> None:
    world = World(partitions=8, window=0, sharing=True)
    relays = [world.relay(), world.relay()]
    for _ in range(3):
        world.clock.seconds += 1.0
        for relay in relays:
            await relay.turn()
    await world.write(*list(range(8)) * 3)
    for relay in relays:
        await relay.turn()
    for kept in world.redis.streams.values():
        kept.groups["g1"] = 3
    world.clock.seconds += 1.0
    await relays[0].turn()
    lengths = {p: len(world.published(p)) for p in range(8)}
    mine = relays[0].relay.serving.mine
    assert lengths == {p: 1 if p in mine else 3 for p in range(8)}


async def test_a_full_redis_is_trimmed_before_it_is_written() -> None:
    world = World(window=0)
    relay = world.relay()
    await world.write(0, 0, 0)
    await relay.turn()
    world.redis.full = True
    world.redis.streams[1, 0].groups["g1"] = 3
    await world.write(0)
    with pytest.raises(StreamUnavailable, match="OOM"):
        await relay.turn()
    with pytest.raises(StreamUnavailable, match="OOM"):
        await relay.turn()
    assert [sequence for sequence, _ in world.published(0)] == [3]
    world.redis.full = False
    await relay.turn()
    assert world.in_step()
    assert relay.observer.refusals == []


async def test_heads_that_cannot_be_told_are_a_failure_even_when_there_is_nothing_to_publish() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    passes = relay.observer.passes
    world.redis.full = True
    world.clock.seconds = 1.0
    with pytest.raises(StreamUnavailable, match="OOM"):
        await relay.turn()
    assert relay.observer.passes == passes
