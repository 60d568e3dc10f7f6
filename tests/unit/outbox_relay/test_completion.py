"""Up to which tick all is published, and from when that picture is; and whose word about it counts."""

from datetime import timedelta

from orders_contracts.heads import Heads
from orders_contracts.timestamps import timestamp
from outbox_relay.application.bearings import Bearings
from outbox_relay.application.completion import Completion
from outbox_relay.application.herald import Herald
from outbox_relay.application.ports import Log, Tick
from outbox_relay.application.standing import Standing
from tests.fakes.relay_observer import START, InMemoryObserver, SetClock
from tests.fakes.relay_stream import InMemoryRedis, InMemoryStream

SECOND = timedelta(seconds=1)


def test_a_tick_that_is_published_is_a_picture_of_the_moment_before_it() -> None:
    completion = Completion(START)
    completion.note(Tick(4, [3, 5]), START + SECOND, [3, 6])
    assert (completion.tick, completion.as_of) == (4, START + SECOND)


def test_a_tick_counts_once_the_others_have_got_there_even_if_they_never_reach_the_newest() -> None:
    completion = Completion(START)
    for number in range(1, 6):
        completion.note(Tick(number, [number * 10]), START + number * SECOND, [number * 10 - 10])
    assert (completion.tick, completion.as_of) == (4, START + 4 * SECOND)


def test_a_tick_is_waited_for_until_it_is_reached_however_many_follow() -> None:
    completion = Completion(START)
    for number in range(1, 6):
        completion.note(Tick(number, [number * 10]), START + number * SECOND, [9])
    assert (completion.tick, completion.as_of) == (0, START)
    completion.note(Tick(6, [60]), START + 6 * SECOND, [10])
    assert (completion.tick, completion.as_of) == (1, START + SECOND)


def test_a_stopped_partition_is_not_waited_for() -> None:
    completion = Completion(START)
    completion.note(Tick(4, [3, 5]), START + SECOND, [3, None])
    assert completion.tick == 4


def test_new_bearings_forget_what_was_waited_for() -> None:
    completion = Completion(START)
    completion.note(Tick(4, [5]), START, [3])
    completion.begin(2, START)
    completion.note(Tick(9, [9]), START + SECOND, [5])
    assert (completion.tick, completion.as_of) == (2, START)


async def test_heads_of_a_relay_that_is_further_on_stay_however_often_this_one_speaks() -> None:
    redis, clock = InMemoryRedis(), SetClock()
    redis.heads = Heads(epoch=1, tick=9, sequences=(5,), at=timestamp(START))
    herald = Herald(InMemoryStream(redis, 100), clock, InMemoryObserver())
    tick = Tick(9, [5])
    bearings = Bearings(Log(1, 1), tick, [Standing(sequence=3)], [5], [3], frozenset({0}))
    herald.begin(5, START)
    for _ in range(3):
        await herald.conclude(bearings, tick, START)
        clock.seconds += 1.0
    assert redis.said == []
