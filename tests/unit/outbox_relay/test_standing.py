"""The table of what a stream may end with: publish, go on from there, or stop."""

import pytest

from outbox_relay.application.ports import Last
from outbox_relay.application.standing import Finding, contradiction, examine
from tests.fakes.relay_stream import Entry, Kept
from tests.unit.outbox_relay.world import World


@pytest.mark.parametrize(
    ("end", "head", "goes_on_from"),
    [
        ("0-0", 0, 0),
        ("0-0", 5, 0),
        ("5-0", 5, 5),
        ("3-0", 5, 3),
        ("0-0", 250, 150),
        ("7-0", 250, 150),
        ("240-0", 250, 240),
    ],
)
def test_the_relay_goes_on_from_the_stream_but_not_further_back_than_it_is_long(
    end: str, head: int, goes_on_from: int
) -> None:
    found = examine(Last(end, ""), head, length=100)
    assert isinstance(found, Finding)
    assert found.go_on_from == goes_on_from


def test_a_stream_above_the_head_stops_the_partition() -> None:
    reason = examine(Last("6-0", "e6"), 5, length=100)
    assert isinstance(reason, str)
    assert "earlier day" in reason


def test_an_entry_id_that_is_no_sequence_stops_the_partition() -> None:
    reason = examine(Last("1700000000000-3", "e6"), 5, length=100)
    assert isinstance(reason, str)
    assert "1700000000000-3" in reason


def test_the_last_entry_must_be_the_logs_event_if_it_is_there() -> None:
    assert contradiction(Last("5-0", "e5"), "e5") is None
    assert contradiction(Last("5-0", ""), "e5") is None
    assert "earlier day" in str(contradiction(Last("5-0", "x5"), "e5"))


async def test_a_new_relay_goes_on_where_another_stopped() -> None:
    world = World()
    await world.write(0, 1, 0)
    await world.relay().turn()
    await world.write(0, 1)
    relay = world.relay()
    await relay.turn()
    assert world.in_step()
    assert relay.observer.refusals == []


async def test_what_another_relay_published_meanwhile_is_not_published_again() -> None:
    world = World()
    mine, theirs = world.relay(), world.relay()
    await mine.turn()
    await theirs.turn()
    for _ in range(3):
        await world.write(0, 1, 1)
        await theirs.turn()
        await mine.turn()
    assert world.in_step()
    assert mine.observer.spans == []
    assert len(mine.observer.refusals) == 6


async def test_a_lost_tail_is_published_again_under_the_same_numbers() -> None:
    world = World()
    relay = world.relay()
    await world.write(*[0] * 8, 1)
    await relay.turn()
    before = world.published(0)
    world.redis.lose_tail(1, 0, 5)
    await world.write(0)
    await relay.turn()
    assert world.published(0) == [*before, (9, "e10")]
    assert world.in_step()


async def test_an_emptied_redis_is_filled_within_a_second_without_a_new_event() -> None:
    world = World()
    relay = world.relay()
    await world.write(0, 1, 1)
    await relay.turn()
    world.redis.flush()
    await relay.turn()
    assert world.published(0) == []
    world.clock.seconds = 1.0
    await relay.turn()
    assert world.in_step()
    assert world.redis.heads is not None


async def test_only_as_much_as_a_stream_holds_is_published_again() -> None:
    world = World(length=4)
    relay = world.relay()
    for _ in range(5):
        await world.write(0, 0, 1)
        await relay.turn()
    world.redis.flush()
    await world.relay().turn()
    assert world.published(0) == world.logged(0)[-4:]
    assert world.published(1) == world.logged(1)[-4:]
    assert world.in_step()


async def test_a_trimmed_stream_goes_on_from_its_last_id() -> None:
    world = World()
    await world.write(0, 0)
    await world.relay().turn()
    world.redis.trim(1, 0)
    await world.write(0)
    await world.relay().turn()
    assert world.published(0) == [(3, "e3")]
    assert world.redis.stream(1, 0)[0].prev == "e2"


async def test_a_write_database_of_an_earlier_day_stops_its_partition_only() -> None:
    world = World()
    await world.write(0, 0, 1)
    await world.relay().turn()
    restored = World()
    restored.redis = world.redis
    await restored.write(0, 1)
    await restored.write(1)
    relay = restored.relay()
    await relay.turn()
    assert set(relay.observer.stops) == {0, 1}
    assert "ends with 2, but the log with 1" in relay.observer.stops[0]
    assert "entry 1-0 is event e3, but e2 in the log" in relay.observer.stops[1]
    assert relay.observer.goes == []
    assert restored.redis.said[-1].sequences == (0, 0)


async def test_a_stopped_partition_stays_so_when_the_log_grows_past_it() -> None:
    world = World()
    await world.write(0, 0)
    await world.relay().turn()
    world.redis.trim(1, 0)
    restored = World()
    restored.redis = world.redis
    await restored.write(0, 1)
    relay = restored.relay()
    await relay.turn()
    await restored.write(0, 0, 1)
    restored.clock.seconds = 1.0
    await relay.turn()
    relay.outbox.dies_after_tick = True
    with pytest.raises(Exception, match="lost"):
        await relay.turn()
    await relay.turn()
    assert set(relay.observer.stops) == {0}
    assert restored.published(0) == []
    assert [event for _, event in restored.published(1)] == ["e2", "e5"]
    assert relay.observer.goes == [1]


async def test_a_stopped_partition_goes_on_by_itself_when_its_stream_is_gone() -> None:
    world = World()
    await world.write(0, 0)
    await world.relay().turn()
    restored = World()
    restored.redis = world.redis
    await restored.write(0)
    relay = restored.relay()
    await relay.turn()
    assert set(relay.observer.stops) == {0}
    restored.redis.streams.clear()
    restored.clock.seconds = 1.0
    await relay.turn()
    assert relay.observer.stops == {}
    assert restored.in_step()


async def test_a_relay_that_publishes_while_another_takes_its_bearings_is_not_taken_for_a_restored_database() -> None:
    world = World()
    other, left = world.relay(), [30]

    async def other_is_faster() -> None:
        if left[0]:
            left[0] -= 1
            await world.write(0, 1)
            await other.turn()

    mine = world.relay(other_is_faster)
    await mine.turn()
    assert left == [0]
    assert mine.observer.ever_stopped == []
    await mine.turn()
    assert world.in_step()


async def test_a_foreign_event_under_a_number_of_the_batch_in_hand_stops_the_partition() -> None:
    world = World()
    relay = world.relay()
    await relay.turn()
    foreign = Entry(1, "x", "orders.Tried.v1", "", b"{}")
    world.redis.streams[1, 0] = Kept(1, [foreign])
    await world.write(0, 0, 1)
    await relay.turn()
    assert world.published(0) == [(1, "x")]
    assert set(relay.observer.stops) == {0}
    assert world.published(1) == [(1, "e3")]
