"""Crashes, lost answers and engines that are away: nothing is lost, doubled or reordered."""

import pytest

from outbox_relay.application.ports import OutboxUnavailable, OutboxUnfit, StreamUnavailable
from tests.unit.outbox_relay.world import World


async def test_a_crash_between_the_tick_and_the_stream_loses_nothing() -> None:
    world = World()
    crashed = world.relay()
    await crashed.turn()
    await world.write(0, 1)
    crashed.outbox.dies_after_tick = True
    with pytest.raises(OutboxUnavailable):
        await crashed.turn()
    assert world.published(0) == []
    await world.write(0)
    await world.relay().turn()
    assert world.in_step()
    assert len(world.logged(0)) == 2


async def test_a_crash_after_the_stream_was_written_doubles_nothing() -> None:
    world = World()
    crashed = world.relay()
    await crashed.turn()
    await world.write(0, 1, 0)
    crashed.stream.loses_reply = True
    with pytest.raises(StreamUnavailable):
        await crashed.turn()
    await world.write(1)
    await world.relay().turn()
    assert world.in_step()


async def test_a_lost_answer_is_settled_by_the_same_relay() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    await world.write(0, 1, 0)
    relay.stream.loses_reply = True
    with pytest.raises(StreamUnavailable):
        await relay.turn()
    await world.write(0)
    await relay.turn()
    assert world.in_step()
    assert relay.observer.refusals == []


async def test_a_relay_that_wakes_up_late_is_refused_and_goes_on_from_there() -> None:
    world = World()
    late, other = world.relay(), world.relay()
    await world.write(0)
    await late.turn()
    for _ in range(4):
        await world.write(0, 0)
        await other.turn()
    await world.write(0)
    await late.turn()
    await other.turn()
    assert world.in_step()
    assert late.observer.refusals


async def test_events_wait_while_redis_is_away_and_follow_by_themselves() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    world.redis.problem = "OOM command not allowed"
    for _ in range(3):
        await world.write(0, 1)
        with pytest.raises(StreamUnavailable, match="OOM"):
            await relay.turn()
    assert relay.observer.age
    world.redis.problem = None
    await relay.turn()
    assert world.in_step()
    assert relay.observer.age == 0.0


async def test_a_write_database_that_is_away_is_opened_again() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    await world.write(0)
    world.database.problem = OutboxUnavailable("connection refused")
    for _ in range(2):
        with pytest.raises(OutboxUnavailable):
            await relay.turn()
    world.database.problem = None
    await relay.turn()
    assert world.in_step()


async def test_an_unfit_write_database_is_neither_numbered_nor_published() -> None:
    world = World()
    relay = world.relay()
    await world.write(0)
    world.database.problem = OutboxUnfit("this is a standby")
    with pytest.raises(OutboxUnfit):
        await relay.turn()
    assert len(world.database.heads) == 1
    assert world.published(0) == []


async def test_transaction_ids_that_went_back_are_refused() -> None:
    world = World()
    relay = world.relay()
    await world.write(0)
    await relay.turn()
    world.database.next_xid = 3
    with pytest.raises(OutboxUnfit, match="transaction ids"):
        await relay.turn()
    assert world.published(0) == [(1, "e1")]


async def test_a_log_that_lost_rows_is_noticed() -> None:
    world = World()
    await world.relay().turn()
    await world.write(0, 0, 0)
    relay = world.relay()
    await relay.outbox.open()
    await relay.outbox.tick()
    del world.database.rows[1]
    with pytest.raises(OutboxUnfit, match="counts"):
        await relay.turn()


async def test_a_tick_that_counts_other_partitions_than_the_log_is_refused() -> None:
    world = World(partitions=2)
    world.database.heads = [[0, 0, 0]]
    with pytest.raises(OutboxUnfit, match="counts 3 partitions"):
        await world.relay().turn()
