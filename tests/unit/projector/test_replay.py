"""The projector on fakes: what it cannot find is replayed, and it finds its way back to the stream."""

import pytest

from projector.application.replay import CHUNK
from tests.fakes.projector_events import NumberedLog, life_of
from tests.unit.projector.losing import begin, emptied, follow, heads
from tests.unit.projector.projecting import Projecting


@pytest.fixture
def log() -> NumberedLog:
    """Partition 0 is where events get lost; partition 1 has an order that must get through."""
    return NumberedLog(2)


async def test_what_is_missing_is_asked_for_once_and_applied_and_then_all_is_live(log: NumberedLog) -> None:
    projecting = await begin(log)
    (request,) = await projecting.answer(log)
    assert (request.projection, request.partition, request.epoch) == ("g1", 0, 1)
    assert (request.first, request.count) == (4, CHUNK)
    assert request.reply_to.startswith("cqrs:replay:g1:0:")
    await projecting.turn(3)
    await projecting.stream.put(0, log.append(0, life_of(2)))
    await projecting.turn(2)
    assert await projecting.sequences() == [16, 0]
    assert projecting.states() == ["flowing", "flowing"]
    assert len(projecting.stream.requests) == 1
    assert set(projecting.store.applied.values()) == {1}
    assert projecting.journal.news == sum(projecting.journal.batches) - projecting.journal.replays
    assert projecting.journal.gaps == [(0, "event 4 is not in the stream"), (0, None)]


async def test_others_flow_while_one_waits_for_its_answer(log: NumberedLog) -> None:
    projecting = await begin(log)
    await projecting.stream.put(1, log.append(1, life_of(2)))
    await projecting.turn()
    assert await projecting.sequences() == [3, 8]
    assert projecting.states() == ["gap", "flowing"]


async def test_after_each_chunk_the_stream_itself_is_looked_into(log: NumberedLog) -> None:
    projecting = await emptied(log, 300)
    await projecting.stream.put(0, log.partitions[0][1_500:])
    await follow(projecting, log, 2_400)
    assert len(projecting.stream.requests) == 1


async def test_within_a_chunk_too_the_stream_itself_is_looked_into_once_a_second(log: NumberedLog) -> None:
    projecting = await emptied(log, 200)
    await projecting.answer(log)
    await projecting.turn(3)
    assert projecting.states() == ["gap", "flowing"]
    await projecting.stream.put(0, log.partitions[0])
    await projecting.turn()
    assert projecting.states() == ["gap", "flowing"]
    await projecting.later(1)
    assert projecting.states() == ["flowing", "flowing"]
    await projecting.turn(20)
    assert await projecting.sequences() == [1_600, 0]
    assert set(projecting.store.applied.values()) == {1}


async def test_a_reply_that_contradicts_what_is_applied_stops_the_partition(log: NumberedLog) -> None:
    projecting = await begin(log)
    (request,) = projecting.stream.requests
    entry = log.partitions[0][3]._replace(prev="an-event-that-never-was")
    await projecting.stream.reply(request.reply_to, [entry])
    await projecting.turn(2)
    (reason,) = projecting.consumer.reasons()
    assert reason.startswith("partition 0: event 4 follows an-event-that-never-was")
    assert await projecting.sequences() == [3, 0]


async def test_a_lost_last_event_is_asked_for_when_heads_tell_of_it(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.stream.lose(0, 8)
    await projecting.turn(5)
    assert projecting.stream.requests == []
    await heads(projecting, log, 2)
    await projecting.turn(2)
    assert [request.first for request in await projecting.answer(log)] == [8]
    await projecting.turn()
    assert await projecting.sequences() == [8, 0]


async def test_a_lost_last_event_is_noticed_although_another_partition_has_always_more(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.stream.lose(0, 8)
    await projecting.stream.put(1, log.append(1, [event for name in range(2, 99) for event in life_of(name)]))
    await heads(projecting, log, 2)
    await projecting.turn(3)
    assert [request.first for request in projecting.stream.requests] == [8]


async def test_a_trimmed_stream_is_replayed_from_zero(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.stream.put(0, log.append(0, [event for name in range(20) for event in life_of(name)])[100:])
    await projecting.start(log)
    for _ in range(6):
        await projecting.turn()
        await projecting.answer(log)
    assert await projecting.sequences() == [160, 0]
    assert [request.first for request in projecting.stream.requests] == [1]


async def test_a_stream_beyond_the_gap_is_not_read_in_vain(log: NumberedLog) -> None:
    projecting = await begin(log)
    found: list[int] = []
    read = projecting.stream.read

    async def counting(*args: object, **more: object) -> object:
        reading = await read(*args, **more)  # type: ignore[arg-type]
        found.extend(reading.entries)
        return reading

    projecting.stream.read = counting  # type: ignore[method-assign, assignment]
    await projecting.turn(20)
    assert found == []


async def test_a_replay_that_goes_on_is_no_reason_to_be_unready_and_a_silent_one_is(log: NumberedLog) -> None:
    projecting = await begin(log)
    await projecting.later(1, 9)
    assert projecting.consumer.reasons() == []
    await projecting.later(1)
    assert projecting.consumer.reasons() == ["partition 0: event 4 is not in the stream"]
    projecting.stream.lose(0, 5, 6, 7, 8)
    await heads(projecting, log, 2)
    await projecting.stream.reply(projecting.stream.requests[0].reply_to, log.partitions[0][3:5])
    await projecting.turn(2)
    assert projecting.states() == ["gap", "flowing"]
    assert projecting.consumer.reasons() == []


async def test_the_pace_of_a_replay_is_told_every_two_seconds(log: NumberedLog) -> None:
    projecting = await emptied(log, 200)
    await projecting.answer(log)
    await projecting.turn()
    await projecting.later(0.25, 4)
    assert (projecting.journal.paces, projecting.consumer.status()["summary"]) == ([], "replaying: 1,100 to go")
    await projecting.later(0.25, 4)
    (pace,) = projecting.journal.paces
    assert (pace.rate, pace.remaining, pace.seconds_left) == (450, 700, 2)
    assert projecting.consumer.status()["summary"] == "replaying: 450 events/s, 700 to go, 2 s left"
    await follow(projecting, log, 1_600)
    await projecting.turn()
    assert projecting.consumer.status()["summary"] == "projects partitions 0 1"
