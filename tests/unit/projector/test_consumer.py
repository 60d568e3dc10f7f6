"""The projector on fakes: what it does about everything that may come."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes.projector_events import START, NumberedLog, OrderLife, life_of
from tests.unit.projector.projecting import Projecting


@pytest.fixture
def log() -> NumberedLog:
    return NumberedLog(2)


async def test_nothing_is_known_before_the_first_heads(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.turn()
    assert projecting.consumer.reasons() == [
        "partitions and epoch are unknown: there are no checkpoints, and no heads entry has been seen"
    ]
    await projecting.start(log)
    assert projecting.consumer.reasons() == []
    assert await projecting.sequences() == [0, 0]


async def test_checkpoints_that_exist_are_used_without_heads(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.store.open(1, 2)
    await projecting.stream.put(1, log.append(1, life_of(1)))
    await projecting.turn()
    assert await projecting.sequences() == [0, 8]
    assert projecting.consumer.reasons() == []


async def test_all_that_arrived_goes_into_one_transaction(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    await projecting.stream.put(1, log.append(1, [*life_of(2), *life_of(3)]))
    await projecting.turn()
    assert projecting.journal.batches == [24]
    assert projecting.store.transactions == 1
    assert await projecting.sequences() == [8, 16]


async def test_what_is_known_to_be_there_is_fetched_while_the_database_works() -> None:
    projecting = Projecting()
    log = NumberedLog()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, [event for name in range(40) for event in life_of(name)]))
    reads = projecting.stream.reads
    await projecting.turn(4)
    assert projecting.journal.batches == [100, 100, 100, 20]
    assert projecting.stream.reads - reads == 4
    assert set(projecting.store.versions().values()) == {8}


async def test_more_partitions_than_before_are_taken_up(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.start(NumberedLog(4))
    assert await projecting.sequences() == [0, 0, 0, 0]


async def test_a_bookmark_follows_the_commit(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.bookmarks.flush()
    assert projecting.stream.shown == {(1, 0): 0, (1, 1): 0}
    await projecting.stream.put(0, log.append(0, life_of(1)))
    await projecting.turn()
    assert projecting.stream.shown[1, 0] == 0
    await projecting.bookmarks.flush()
    assert projecting.stream.shown == {(1, 0): 8, (1, 1): 0}


async def test_no_bookmark_is_set_for_what_was_not_committed(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    turn = await projecting.consumer.read()
    projecting.store.down = "gone"
    with pytest.raises(Exception, match="gone"):
        await projecting.consumer.apply(turn)
    await projecting.bookmarks.flush()
    assert projecting.stream.shown == {(1, 0): 0, (1, 1): 0}


async def test_a_crash_between_commit_and_bookmark_applies_nothing_twice(log: NumberedLog) -> None:
    first = Projecting()
    await first.start(log)
    await first.stream.put(0, log.append(0, life_of(1)))
    await first.turn()
    second = Projecting(first.stream, first.store)
    await first.stream.put(0, log.append(0, life_of(2)))
    await second.turn()
    await second.bookmarks.flush()
    assert second.journal.batches == [8]
    assert set(second.store.applied.values()) == {1}
    assert second.stream.shown[1, 0] == 16


async def test_a_commit_whose_answer_was_lost_applies_nothing_twice(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.store.down_after_commit = "connection lost"
    assert await projecting.fail() == "connection lost"
    projecting.store.down_after_commit = ""
    await projecting.stream.put(0, log.append(0, life_of(2)))
    await projecting.turn(2)
    assert await projecting.sequences() == [16, 0]
    assert set(projecting.store.applied.values()) == {1}


async def test_two_projectors_at_once_apply_each_event_once(log: NumberedLog) -> None:
    first = Projecting()
    await first.start(log)
    second = Projecting(first.stream, first.store)
    for name in range(10):
        await first.stream.put(0, log.append(0, life_of(name)))
        await first.stream.put(1, log.append(1, life_of(name + 100)))
        await asyncio.gather(first.turn(), second.turn())
    await asyncio.gather(first.turn(2), second.turn(2))
    assert await first.sequences() == [80, 80]
    assert set(first.store.applied.values()) == {1}
    assert set(first.store.versions().values()) == {8}
    assert first.journal.outruns or second.journal.outruns
    assert first.consumer.reasons() == second.consumer.reasons() == []


async def test_a_missed_partition_does_not_hold_up_the_others(log: NumberedLog) -> None:
    slow = Projecting()
    await slow.start(log)
    fast = Projecting(slow.stream, slow.store)
    await slow.stream.put(0, log.append(0, life_of(1)))
    taken = await slow.consumer.read()
    await fast.turn()
    late = Projecting(slow.stream, slow.store)
    await slow.stream.put(1, log.append(1, life_of(2)))
    await late.turn()
    assert await slow.sequences() == [8, 8]
    await slow.consumer.apply(taken)
    assert slow.journal.outruns == [[0]]
    assert slow.journal.batches == []


async def test_what_remains_after_a_miss_is_applied_at_once(log: NumberedLog) -> None:
    slow = Projecting()
    await slow.start(log)
    await slow.stream.put(0, log.append(0, life_of(1)))
    fast = Projecting(slow.stream, slow.store)
    turn = await fast.consumer.read()
    await slow.stream.put(1, log.append(1, life_of(2)))
    both = await slow.consumer.read()
    await fast.consumer.apply(turn)
    await slow.consumer.apply(both)
    assert (slow.journal.outruns, slow.journal.batches) == ([[0]], [8])
    assert await slow.sequences() == [8, 8]


async def test_freshness_is_the_newest_heads_entry_that_is_wholly_applied(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    entries = log.append(0, life_of(1))
    await projecting.stream.say(log.heads(2, at=START + timedelta(seconds=1)))
    await projecting.turn()
    assert projecting.store.heads is not None
    assert projecting.store.heads[0].sequences == (8, 0)
    assert projecting.store.heads[1] == "2026-11-22T08:00:00.000000Z"
    assert projecting.journal.lag == {0: 8, 1: 0}
    await projecting.stream.put(0, entries)
    await projecting.turn(2)
    assert projecting.store.heads[1] == "2026-11-22T08:00:01.000000Z"
    assert projecting.journal.lag == {0: 0, 1: 0}
    assert projecting.journal.fresh_at[-1] == "2026-11-22T08:00:01.000000Z"


async def test_a_database_that_is_down_is_waited_for(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.store.down = "no connection"
    assert [await projecting.fail(), await projecting.fail()] == ["no connection"] * 2
    projecting.store.down = ""
    await projecting.turn()
    assert await projecting.sequences() == [8, 0]


async def test_a_stream_that_is_down_is_waited_for(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    projecting.stream.down = "LOADING"
    assert await projecting.fail() == "LOADING"
    projecting.stream.down = ""
    await projecting.stream.put(0, log.append(0, life_of(1)))
    await projecting.turn()
    assert await projecting.sequences() == [8, 0]


async def test_a_read_model_that_was_emptied_is_built_again(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, [OrderLife().created()]))
    await projecting.turn()
    projecting.store.empty()
    await projecting.consumer.reset()
    await projecting.stream.say(log.heads(2, at=START + timedelta(seconds=1)))
    await projecting.turn(2)
    assert await projecting.sequences() == [1, 0]
    assert projecting.store.versions() == {OrderLife().order_id: 1}
