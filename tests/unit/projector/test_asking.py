"""The projector on fakes: it keeps to the rules of asking for replays."""

import pytest

from projector.application.ports import Unavailable
from projector.application.replay import CHUNK
from tests.fakes.projector_events import NumberedLog, life_of
from tests.fakes.projector_stream import InMemoryEventStream
from tests.unit.projector.losing import begin, emptied, follow, heads
from tests.unit.projector.projecting import Projecting


@pytest.fixture
def log() -> NumberedLog:
    """Partition 0 is where events get lost; partition 1 has an order that must get through."""
    return NumberedLog(2)


async def test_without_an_answer_the_same_reply_is_asked_for_again_later_and_later(log: NumberedLog) -> None:
    projecting = await begin(log)
    asked_at = [0]
    for second in range(1, 110):
        before = len(projecting.stream.requests)
        await projecting.later(1)
        asked_at += [second] * (len(projecting.stream.requests) - before)
    assert asked_at == [0, 1, 3, 7, 15, 31, 61, 91]
    assert len(set(projecting.stream.requests)) == 1


async def test_a_long_way_is_made_chunk_by_chunk_each_under_a_name_of_its_own(log: NumberedLog) -> None:
    projecting = await emptied(log, 600)
    await follow(projecting, log, 4_800)
    assert [request.first for request in projecting.stream.requests] == [1, CHUNK + 1, 2 * CHUNK + 1]
    assert len({request.reply_to for request in projecting.stream.requests}) == 3
    assert projecting.journal.replays == 4_800
    assert set(projecting.store.versions().values()) == {8}


async def test_what_follows_a_reply_is_asked_for_before_the_reply_is_applied(log: NumberedLog) -> None:
    projecting = await emptied(log, 600)
    await projecting.answer(log)
    while (await projecting.sequences())[0] < CHUNK - 100:
        await projecting.turn()
    turn = await projecting.consumer.read()
    projecting.store.down = "connection lost"
    with pytest.raises(Unavailable):
        await projecting.consumer.apply(turn)
    assert [request.first for request in projecting.stream.requests] == [1, CHUNK + 1]


async def test_what_is_in_the_stream_behind_a_reply_is_not_asked_for(log: NumberedLog) -> None:
    projecting = await emptied(log, 600)
    await projecting.stream.put(0, log.partitions[0][CHUNK:])
    await follow(projecting, log, 4_800)
    assert [request.first for request in projecting.stream.requests] == [1]


async def test_replies_that_are_read_up_are_not_left_lying_about(log: NumberedLog) -> None:
    projecting = await emptied(log, 600)
    for _ in range(80):
        await projecting.answer(log)
        await projecting.turn()
        assert len(projecting.stream.replies) <= 2


async def test_a_reply_that_begins_too_late_is_no_use_and_the_next_has_another_name(log: NumberedLog) -> None:
    projecting = await begin(log)
    (request,) = projecting.stream.requests
    await projecting.stream.reply(request.reply_to, log.partitions[0][5:])
    await projecting.turn(2)
    assert len(projecting.stream.requests) == 1
    await projecting.later(1)
    assert len({request.reply_to for request in projecting.stream.requests}) == 2
    await projecting.answer(log)
    await projecting.turn(3)
    assert await projecting.sequences() == [8, 0]


async def test_a_reply_that_is_gone_before_it_is_read_up_is_asked_for_under_a_new_name(log: NumberedLog) -> None:
    projecting = await emptied(log, 200)
    await projecting.answer(log)
    await projecting.turn(2)
    projecting.stream.replies.clear()
    await projecting.turn(4)
    first, second = projecting.stream.requests
    assert second.first == (await projecting.sequences())[0] + 1
    assert first.reply_to != second.reply_to


async def test_requests_that_are_refused_do_no_harm_and_are_tried_again(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    projecting.stream.requests_down = "OOM"
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.stream.lose(0, 4)
    await projecting.stream.put(1, log.append(1, life_of(2)))
    await projecting.turn(3)
    await projecting.later(1, 3)
    assert await projecting.sequences() == [3, 8]
    assert projecting.journal.warnings == ["no replay can be asked for: OOM"]
    projecting.stream.requests_down = ""
    await projecting.later(4)
    assert len(await projecting.answer(log)) == 1
    await projecting.turn()
    assert await projecting.sequences() == [8, 8]


async def test_a_gap_that_another_projector_closes_is_not_asked_for_any_more(log: NumberedLog) -> None:
    projecting = await begin(log)
    other = Projecting(projecting.stream, projecting.store)
    await projecting.answer(log)
    other.answered = projecting.answered
    await other.turn(3)
    await other.answer(log)
    await other.turn(2)
    assert await other.sequences() == [8, 0]
    await projecting.later(1, 30)
    assert projecting.states() == ["flowing", "flowing"]
    assert len(projecting.stream.requests) == 2
    assert set(projecting.store.applied.values()) == {1}


async def test_after_a_failure_nobody_waits_out_the_rest_of_a_pause(log: NumberedLog) -> None:
    projecting = await begin(log)
    await projecting.later(1, 20)
    before = len(projecting.stream.requests)
    projecting.stream.down = "connection lost"
    await projecting.fail()
    projecting.stream.down = ""
    await projecting.turn()
    assert len(projecting.stream.requests) == before + 1
    assert len(set(projecting.stream.requests)) == 1


async def test_a_gap_that_opens_again_at_the_same_event_is_asked_for_under_the_same_name(log: NumberedLog) -> None:
    """A relay that comes late says that less is published, and nothing seems to be missing for a while."""
    projecting = Projecting()
    await projecting.start(log)
    log.append(0, life_of(1))
    for second in range(2, 8):
        await heads(projecting, log if second % 2 == 0 else NumberedLog(2), second)
        await projecting.later(1, 2)
    assert projecting.journal.gaps.count((0, None)) >= 2
    assert len({request.reply_to for request in projecting.stream.requests}) == 1


async def test_what_another_projector_has_gone_beyond_is_not_asked_for_any_more(log: NumberedLog) -> None:
    projecting = await begin(log)
    await projecting.later(1, 20)
    other = Projecting(InMemoryEventStream(), projecting.store)
    await other.stream.put(0, log.partitions[0])
    await other.turn(2)
    log.append(0, life_of(2))
    await heads(projecting, log, 2)
    await projecting.later(1, 2)
    assert [request.first for request in projecting.stream.requests[-2:]] == [4, 9]
    await projecting.answer(log)
    await projecting.turn()
    assert await projecting.sequences() == [16, 0]
