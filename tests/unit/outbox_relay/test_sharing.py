"""Several relays: each publishes its share, each speaks for all, and nobody's coming or going does harm."""

import pytest

from outbox_relay.application.ports import StreamUnavailable
from outbox_relay.application.relay import Serving
from tests.fakes.relay_stream import Entry
from tests.unit.outbox_relay.world import OneRelay, World

PARTITIONS = 8


class Team:
    """Relays that share the partitions and know it."""

    def __init__(self, size: int) -> None:
        self.world = World(partitions=PARTITIONS, length=1_000, sharing=True)
        self.relays = [self.world.relay() for _ in range(size)]

    @classmethod
    async def going(cls, size: int) -> "Team":
        team = cls(size)
        for _ in range(3):
            await team.second()
        return team

    async def second(self, *present: OneRelay) -> None:
        self.world.clock.seconds += 1.0
        await self.turn(*present)

    async def turn(self, *present: OneRelay) -> None:
        for relay in present or self.relays:
            await relay.turn()

    async def write(self, times: int = 1) -> None:
        for _ in range(times):
            await self.world.write(*range(PARTITIONS))


def published_by(relay: OneRelay) -> set[int]:
    return {span.partition for span in relay.observer.spans}


async def test_every_partition_is_published_by_one_relay() -> None:
    team = await Team.going(3)
    await team.write(5)
    await team.turn()
    shares = [published_by(relay) for relay in team.relays]
    assert sorted(p for share in shares for p in share) == list(range(PARTITIONS))
    assert all(shares)
    assert [set(relay.relay.serving.mine) for relay in team.relays] == shares
    assert team.world.in_step()


async def test_what_others_publish_is_not_even_read() -> None:
    team = await Team.going(3)
    await team.write(5)
    await team.turn()
    late = team.world.relay()
    for _ in range(2):
        await late.turn()
        await team.write(3)
        await team.second()
    for relay in [*team.relays, late]:
        assert {row[0] for row in relay.outbox.rows_read} <= published_by(relay)
    assert any(relay.outbox.rows_read for relay in team.relays)


async def test_a_relay_that_finds_the_streams_lost_reads_only_its_own_again() -> None:
    team = await Team.going(2)
    await team.write(3)
    await team.second()
    team.world.redis.flush()
    found = len(team.relays[0].outbox.rows_read)
    await team.second(team.relays[0])
    again = {row[0] for row in team.relays[0].outbox.rows_read[found:]}
    assert again == team.relays[0].relay.serving.mine


async def test_a_lone_relay_publishes_all() -> None:
    team = await Team.going(1)
    await team.write()
    await team.turn()
    assert published_by(team.relays[0]) == set(range(PARTITIONS))


async def test_a_relay_that_died_is_replaced_within_five_seconds() -> None:
    team = await Team.going(2)
    survivor = team.relays[0]
    await team.write()
    died_at = team.world.clock.seconds
    while team.world.published(0) == [] or not team.world.in_step():
        await team.second(survivor)
    assert team.world.clock.seconds - died_at < 5.0
    assert survivor.relay.serving.mine == frozenset(range(PARTITIONS))


async def test_a_relay_that_said_goodbye_is_replaced_at_the_next_heartbeat() -> None:
    team = await Team.going(2)
    survivor, leaver = team.relays
    await leaver.membership.leave()
    await team.write()
    await team.second(survivor)
    assert team.world.in_step()


async def test_a_relay_that_joins_takes_its_share_where_the_streams_are() -> None:
    team = await Team.going(1)
    await team.write(3)
    await team.turn()
    team.relays.append(team.world.relay())
    await team.second()
    await team.second()
    await team.write(3)
    await team.turn()
    first, second = (set(relay.relay.serving.mine) for relay in team.relays)
    assert first
    assert second
    assert first | second == set(range(PARTITIONS))
    assert not first & second
    assert team.world.in_step()
    assert team.relays[1].observer.refusals == []


async def test_a_relay_that_wakes_up_late_does_no_harm() -> None:
    team = await Team.going(2)
    sleeper, other = team.relays
    for _ in range(6):
        await team.write()
        await team.second(other)
    await team.write()
    await sleeper.turn()
    await team.write()
    for _ in range(3):
        await team.second()
    assert team.world.in_step()
    assert not any(relay.observer.ever_stopped for relay in team.relays)


async def test_a_list_of_members_that_was_lost_does_no_harm() -> None:
    team = await Team.going(3)
    for _ in range(3):
        team.world.members.flush()
        await team.write()
        await team.second()
    await team.second()
    await team.second()
    assert team.world.in_step()
    shares = [relay.relay.serving.mine for relay in team.relays]
    assert sum(map(len, shares)) == PARTITIONS


async def test_a_list_of_members_that_cannot_be_written_leaves_the_shares_as_they_are() -> None:
    team = await Team.going(2)
    shares = [relay.relay.serving.mine for relay in team.relays]
    team.world.members.writable = False
    for _ in range(6):
        await team.write()
        await team.second()
    assert [relay.relay.serving.mine for relay in team.relays] == shares
    assert team.world.in_step()


async def test_every_relay_speaks_for_all_partitions() -> None:
    team = await Team.going(3)
    await team.write(2)
    for _ in range(2):
        await team.second()
    for heads in team.world.redis.said[-3:]:
        assert heads.sequences == heads.logged == (2,) * PARTITIONS
        assert heads.tick == 1


async def test_heads_are_no_fresher_than_the_slowest_of_the_others() -> None:
    team = await Team.going(2)
    quick, slow = team.relays
    await team.write()
    await team.second()
    fresh = team.world.redis.said[-1]
    await team.write()
    for _ in range(2):
        await team.second(quick)
    behind = team.world.redis.said[-1]
    assert behind.tick == fresh.tick
    assert behind.at <= "2026-11-22T03:00:04.000000Z"
    assert sorted(set(behind.sequences)) == [1, 2]
    assert behind.logged == (2,) * PARTITIONS
    await slow.turn()
    await team.second(quick)
    assert team.world.redis.said[-1].tick == 2


async def test_heads_under_a_steady_load_are_a_second_old_not_older() -> None:
    team = await Team.going(2)
    quick, slow = team.relays
    for _ in range(10):
        await slow.turn()
        await team.write()
        await team.second(quick)
    # What was written since has not been published by the other one yet, what was a second ago has.
    assert team.world.redis.said[-1].at == "2026-11-22T03:00:12.000000Z"


async def test_a_partition_that_another_relay_must_stop_is_stopped_in_everybodys_heads() -> None:
    team = await Team.going(2)
    await team.write()
    await team.turn()
    foreign = next(iter(team.relays[1].relay.serving.mine))
    kept = team.world.redis.streams[1, foreign]
    kept.entries.append(Entry(9, "x", "orders.Tried.v1", "e", b"{}"))
    kept.last = 9
    await team.second(team.relays[0])
    assert set(team.relays[0].observer.stops) == {foreign}
    heads = team.world.redis.said[-1]
    assert heads.sequences[foreign] == heads.logged[foreign] == 0
    assert sum(heads.logged) == PARTITIONS - 1


async def test_an_event_that_is_not_the_logs_is_noticed_in_another_relays_stream() -> None:
    team = await Team.going(2)
    await team.write(2)
    await team.turn(team.relays[0])
    foreign = next(iter(team.relays[1].relay.serving.mine))
    kept = team.world.redis.streams.setdefault((1, foreign), type(team.world.redis.streams[1, 0 if foreign else 1])())
    kept.entries.append(Entry(1, "x", "orders.Tried.v1", "", b"{}"))
    kept.last = 1
    await team.second(team.relays[0])
    assert "is event x" in team.relays[0].observer.stops[foreign]


async def test_another_relays_stream_that_was_lost_makes_the_heads_go_back() -> None:
    team = await Team.going(2)
    await team.write(3)
    for _ in range(2):
        await team.second()
    foreign = next(iter(team.relays[1].relay.serving.mine))
    del team.world.redis.streams[1, foreign]
    await team.second(team.relays[0])
    told = team.relays[0].observer.stands_at[-1]
    assert told.published[foreign] == 0
    assert told.logged[foreign] == 3
    await team.second()
    await team.second()
    assert team.world.redis.said[-1].sequences == (3,) * PARTITIONS
    assert team.world.in_step()


async def test_a_partition_that_comes_in_the_middle_of_a_backlog_is_published_too() -> None:
    team = await Team.going(2)
    first, second = team.relays
    await team.world.write(*list(range(PARTITIONS)) * 600)
    seconds = iter([1.0] * 5)

    def other_dies() -> bool:
        team.world.clock.seconds += next(seconds, 0.0)
        return False

    await first.turn(other_dies)
    assert team.world.in_step()
    assert published_by(first) == set(range(PARTITIONS))
    assert published_by(second) == set()


async def test_a_partition_that_goes_in_the_middle_of_a_backlog_is_left_to_the_other() -> None:
    team = await Team.going(1)
    (first,) = team.relays
    await team.world.write(*list(range(PARTITIONS)) * 600)
    await team.world.relay().membership.beat()
    seconds = iter([1.0] * 2)

    def a_second_later() -> bool:
        team.world.clock.seconds += next(seconds, 0.0)
        return False

    await first.turn(a_second_later)
    lengths = [len(team.world.published(p)) for p in range(PARTITIONS)]
    assert 600 in lengths
    assert min(lengths) < 600


async def test_what_is_served_is_what_is_published_and_nothing_while_the_relay_cannot_go_on() -> None:
    world = World(sharing=True)
    relay = world.relay()
    assert relay.relay.serving == Serving(0, 0, frozenset(), None)
    await world.write(0, 1)
    await relay.turn()
    serving = relay.relay.serving
    assert (serving.epoch, serving.partitions, serving.mine) == (1, 2, frozenset({0, 1}))
    assert serving.newest is not None
    assert (serving.newest.number, list(serving.newest.heads)) == (1, [1, 1])
    world.redis.problem = "gone"
    world.clock.seconds = 1.0
    with pytest.raises(StreamUnavailable):
        await relay.turn()
    assert relay.relay.serving.mine == frozenset()
    world.redis.problem = None
    await relay.turn()
    assert relay.relay.serving.mine == {0, 1}
