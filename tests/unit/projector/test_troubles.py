"""The projector on fakes: gaps, changed logs, epochs. One partition waits or stops, the others flow on."""

from datetime import timedelta

import pytest

from orders_contracts.heads import Heads, encode_heads
from orders_contracts.timestamps import timestamp
from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.fakes.projector_stream import InMemoryEventStream
from tests.unit.projector.projecting import Projecting


@pytest.fixture
def log() -> NumberedLog:
    """Partition 0 is where trouble comes; partition 1 has an order that must get through."""
    return NumberedLog(2)


async def begin(log: NumberedLog, *, events: int = 8) -> Projecting:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)[:events]))
    await projecting.turn()
    return projecting


async def others_flow(projecting: Projecting, log: NumberedLog) -> bool:
    await projecting.stream.put(1, log.append(1, life_of("other")))
    await projecting.turn(3)
    return (await projecting.sequences())[1] == 8


async def heads(projecting: Projecting, log: NumberedLog, second: int) -> None:
    await projecting.stream.say(log.heads(second, at=START + timedelta(seconds=second)))


async def test_a_partition_with_a_gap_waits_and_goes_on_by_itself(log: NumberedLog) -> None:
    projecting = await begin(log, events=3)
    await projecting.stream.put(0, log.append(0, life_of(1)[3:]))
    lost = projecting.stream.lose(0, 4, 5)
    await projecting.turn(3)
    assert projecting.states() == ["gap", "flowing"]
    assert await others_flow(projecting, log)
    await projecting.turn(5)
    assert projecting.journal.gaps == [(0, "event 4 is not in the stream")]
    await projecting.stream.put(0, lost)
    await projecting.later(1, 2)
    assert await projecting.sequences() == [8, 8]
    assert projecting.journal.gaps == [(0, "event 4 is not in the stream"), (0, None)]
    assert projecting.consumer.reasons() == []


async def test_all_before_a_gap_is_applied(log: NumberedLog) -> None:
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.stream.lose(0, 6)
    await projecting.turn(4)
    assert await projecting.sequences() == [5, 0]
    assert projecting.journal.gaps == [(0, "event 6 is not in the stream")]


async def test_heads_that_come_before_their_events_are_read_make_no_gap(log: NumberedLog) -> None:
    projecting = await begin(log)
    entries = log.append(0, life_of(2))
    await heads(projecting, log, 2)
    await projecting.turn()
    await projecting.stream.put(0, entries)
    await projecting.turn(2)
    assert (await projecting.sequences(), projecting.journal.gaps) == ([16, 0], [])


async def test_a_gap_that_another_projector_has_passed_is_none(log: NumberedLog) -> None:
    projecting = await begin(log, events=3)
    other = Projecting(InMemoryEventStream(), projecting.store)
    await other.stream.put(0, [*log.partitions[0], *log.append(0, life_of(1)[3:])])
    await other.turn()
    await projecting.stream.put(0, log.append(0, life_of(2)))
    await projecting.turn(4)
    assert await projecting.sequences() == [16, 0]
    assert (projecting.journal.gaps, projecting.consumer.reasons()) == ([], [])


async def test_a_changed_log_stops_its_partition(log: NumberedLog) -> None:
    projecting = await begin(log)
    (entry, *_) = log.append(0, life_of(2))
    await projecting.stream.put(0, [entry._replace(prev="an-event-that-never-was")])
    assert await others_flow(projecting, log)
    (reason,) = projecting.consumer.reasons()
    assert reason.startswith("partition 0: event 9 follows an-event-that-never-was in the stream")
    assert [partition for partition, _ in projecting.journal.stops] == [0]
    assert await projecting.sequences() == [8, 8]


async def test_a_log_that_went_back_is_noticed_after_six_heads_in_a_row(log: NumberedLog) -> None:
    projecting = await begin(log)
    shorter = NumberedLog(2)
    await heads(projecting, log, 1)
    await projecting.turn()
    for second in range(2, 7):
        await heads(projecting, shorter, second)
        await projecting.turn()
    assert projecting.consumer.reasons() == []
    await heads(projecting, shorter, 7)
    await projecting.turn()
    assert projecting.consumer.reasons() == ["partition 0: the log ends at 0, and 8 is applied here"]
    assert await others_flow(projecting, log)


async def test_a_stream_that_is_being_filled_again_is_no_log_that_went_back(log: NumberedLog) -> None:
    projecting = await begin(log)
    for second in range(1, 20):
        published = (second // 4, 0)
        said = Heads(epoch=1, tick=second, sequences=published, at=timestamp(START), logged=(8, 0))
        await projecting.stream.say(encode_heads(said))
        await projecting.turn()
    assert projecting.consumer.reasons() == []


async def test_a_log_that_went_back_is_noticed_by_what_it_has_numbered(log: NumberedLog) -> None:
    projecting = await begin(log)
    await heads(projecting, log, 1)
    await projecting.turn()
    for second in range(2, 8):
        said = Heads(epoch=1, tick=second, sequences=(8, 0), at=timestamp(START), logged=(7, 0))
        await projecting.stream.say(encode_heads(said))
        await projecting.turn()
    assert projecting.consumer.reasons() == ["partition 0: the log ends at 7, and 8 is applied here"]


async def test_heads_that_are_read_together_with_younger_events_stop_nobody(log: NumberedLog) -> None:
    projecting = await begin(log)
    for second in range(1, 12):
        await heads(projecting, log, second)
        await projecting.stream.put(0, log.append(0, life_of(second + 1)))
        await projecting.turn()
        assert projecting.consumer.reasons() == []
    assert await projecting.sequences() == [8 * 12, 0]


async def test_a_late_relay_between_two_others_stops_nobody(log: NumberedLog) -> None:
    projecting = await begin(log)
    for second in range(1, 18):
        await heads(projecting, log if second % 6 == 0 else NumberedLog(2), second)
        await projecting.turn()
    assert projecting.consumer.reasons() == []


async def test_the_same_heads_read_again_count_once(log: NumberedLog) -> None:
    projecting = await begin(log)
    for _ in range(12):
        await heads(projecting, NumberedLog(2), 1)
        await projecting.turn()
    assert projecting.consumer.reasons() == []


async def test_a_stopped_partition_stays_stopped_until_somebody_moves_it(log: NumberedLog) -> None:
    projecting = await begin(log)
    changed, *rest = log.append(0, life_of(2))
    await projecting.stream.put(0, [changed._replace(prev="an-event-that-never-was"), *rest])
    await projecting.turn(4)
    assert len(projecting.consumer.reasons()) == 1
    healthy = Projecting(InMemoryEventStream(), projecting.store)
    await healthy.stream.put(0, log.partitions[0])
    await healthy.turn()
    await projecting.turn(3)
    assert projecting.consumer.reasons() == []
    assert await projecting.sequences() == [16, 0]
    assert [reason is None for _, reason in projecting.journal.stops] == [False, True]


async def test_an_epoch_that_another_projector_has_begun_is_taken_up(log: NumberedLog) -> None:
    projecting = await begin(log, events=1)
    projecting.store.empty()
    await projecting.store.open(2, 2)
    await projecting.stream.put(0, log.append(0, life_of(2)))
    assert "begun the projection anew" in await projecting.fail()
    await projecting.stream.put(0, log.partitions[0], epoch=2)
    await projecting.turn(2)
    assert await projecting.sequences() == [9, 0]


async def test_heads_that_cannot_be_read_are_told_and_passed_over(log: NumberedLog) -> None:
    projecting = await begin(log)
    await projecting.stream.say(b"garbage")
    assert await others_flow(projecting, log)
    assert projecting.journal.warnings[0].startswith("a heads entry cannot be read")
