"""A higher epoch on fakes: the read model starts from zero, and nobody of the old epoch writes into it."""

from datetime import timedelta

import pytest

from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.unit.projector.projecting import Projecting


@pytest.fixture
def log() -> NumberedLog:
    return NumberedLog(2)


async def begin(log: NumberedLog) -> Projecting:
    """An order is applied in epoch 1."""
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of("old")))
    await projecting.turn()
    return projecting


async def say(projecting: Projecting, log: NumberedLog, second: int, epoch: int) -> None:
    await projecting.stream.say(log.heads(second, epoch=epoch, at=START + timedelta(seconds=second)))


async def test_a_higher_epoch_is_begun_from_zero_and_replayed(log: NumberedLog) -> None:
    projecting = await begin(log)
    after = NumberedLog(2)
    after.append(0, life_of("new"))
    await say(projecting, after, 2, epoch=2)
    await projecting.turn(2)
    assert await projecting.sequences() == [0, 0]
    assert projecting.store.versions() == {}
    (request,) = await projecting.answer(after)
    assert (request.epoch, request.first) == (2, 1)
    await projecting.turn(3)
    assert await projecting.sequences() == [8, 0]
    assert list(projecting.store.versions().values()) == [8]
    assert projecting.consumer.reasons() == []
    assert projecting.journal.warnings == ["epoch 2 has begun: the read model starts anew"]


async def test_what_was_asked_of_the_old_epoch_is_not_asked_again_in_the_new(log: NumberedLog) -> None:
    projecting = Projecting()
    log.append(0, life_of("lost"))
    await projecting.start(log)
    await projecting.turn()
    await say(projecting, log, 2, epoch=2)
    await projecting.turn(2)
    assert [(request.epoch, request.first) for request in projecting.stream.requests] == [(1, 1), (2, 1)]
    assert len({request.reply_to for request in projecting.stream.requests}) == 2


async def test_a_gap_of_the_old_epoch_is_over_for_whoever_was_told_of_it(log: NumberedLog) -> None:
    projecting = Projecting()
    log.append(0, life_of("lost"))
    await projecting.start(log)
    await projecting.turn()
    await say(projecting, NumberedLog(2), 2, epoch=2)
    await projecting.turn(2)
    assert projecting.journal.gaps == [(0, "event 1 is not in the stream"), (0, None)]


async def test_the_streams_of_the_old_epoch_are_not_read_any_more(log: NumberedLog) -> None:
    projecting = await begin(log)
    await say(projecting, NumberedLog(2), 2, epoch=2)
    await projecting.turn(2)
    await projecting.stream.put(0, log.append(0, life_of("late")))
    await projecting.turn(3)
    assert await projecting.sequences() == [0, 0]


async def test_what_was_read_in_the_old_epoch_is_not_applied_in_the_new(log: NumberedLog) -> None:
    """At 0 the checkpoints of both epochs look alike."""
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of("old")))
    turn = await projecting.consumer.read()
    await projecting.store.restart(2, 2)
    await projecting.consumer.reset()
    other = await projecting.consumer.read()
    await projecting.consumer.apply(turn)
    await projecting.consumer.apply(other)
    assert await projecting.sequences() == [0, 0]
    assert projecting.store.versions() == {}


async def test_a_projector_that_has_not_heard_of_the_new_epoch_writes_nothing(log: NumberedLog) -> None:
    late = Projecting()
    await late.start(log)
    await late.stream.put(0, log.append(0, life_of("old")))
    turn = await late.consumer.read()
    await late.store.restart(2, 2)
    with pytest.raises(Exception, match="begun the projection anew"):
        await late.consumer.apply(turn)
    assert await late.sequences() == [0, 0]
    assert late.store.versions() == {}
    assert late.journal.batches == []


async def test_who_hears_of_the_new_epoch_as_the_second_leaves_the_work_of_the_first(log: NumberedLog) -> None:
    first = await begin(log)
    second = Projecting(first.stream, first.store)
    await second.turn()
    after = NumberedLog(2)
    await first.stream.put(0, after.append(0, life_of("new")), epoch=2)
    await say(first, after, 2, epoch=2)
    await first.turn(4)
    assert await first.sequences() == [8, 0]
    await say(first, after, 3, epoch=2)
    await second.turn(4)
    assert await first.sequences() == [8, 0]
    assert set(first.store.versions().values()) == {8}


async def test_a_few_heads_of_a_lower_epoch_change_nothing(log: NumberedLog) -> None:
    projecting = await begin(log)
    await say(projecting, log, 2, epoch=3)
    await projecting.turn()
    for second in range(3, 8):
        await say(projecting, log, second, epoch=2)
        await projecting.turn()
    assert projecting.consumer.reasons() == []
    assert len(projecting.journal.warnings) == 1


async def test_relays_that_go_on_telling_of_a_lower_epoch_stop_everything_until_a_higher_one(log: NumberedLog) -> None:
    """The write database is of a day before the epoch began, and Redis has forgotten what it was told of it."""
    projecting = await begin(log)
    await say(projecting, NumberedLog(2), 2, epoch=2)
    await projecting.turn(2)
    for second in range(3, 8):
        await say(projecting, log, second, epoch=1)
        await projecting.turn()
    assert projecting.consumer.reasons() == []
    await say(projecting, log, 8, epoch=1)
    await projecting.turn()
    assert len(projecting.consumer.reasons()) == 2
    assert "the log is in epoch 1, and 2 is applied here" in projecting.consumer.reasons()[0]
    await say(projecting, NumberedLog(2), 9, epoch=3)
    await projecting.turn(2)
    assert projecting.consumer.reasons() == []
    assert dict(projecting.journal.stops) == {0: None, 1: None}
