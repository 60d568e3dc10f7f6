"""Several projectors on fakes: who reads what, who takes over, and what a late one may not do."""

from datetime import timedelta

import pytest

from orders_contracts.members import share_of
from projector.application.membership import Membership
from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.fakes.projector_ports import RecordingJournal
from tests.fakes.projector_stream import InMemoryMembers
from tests.unit.projector.projecting import Projecting

PARTITIONS = 8
SHARES = {name: share_of(name, ["first", "second"], PARTITIONS) for name in ("first", "second")}


@pytest.fixture
def log() -> NumberedLog:
    return NumberedLog(PARTITIONS)


async def pair(log: NumberedLog) -> tuple[Projecting, Projecting]:
    """Two that know of each other."""
    first = Projecting()
    second = Projecting(first.stream, first.store, alive=first.alive, me="second")
    for one in (first, second, first):
        await one.membership.beat()
    await first.start(log)
    await second.turn()
    return first, second


async def publish(projecting: Projecting, log: NumberedLog, name: int) -> None:
    """An order in each partition."""
    for number in range(PARTITIONS):
        await projecting.stream.put(number, log.append(number, life_of(name * PARTITIONS + number)))


async def test_each_reads_and_applies_its_own_partitions_only(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    await first.turn(2)
    assert await first.sequences() == [8 if number in SHARES["first"] else 0 for number in range(PARTITIONS)]
    await second.turn(2)
    assert await first.sequences() == [8] * PARTITIONS
    assert (first.journal.outruns, second.journal.outruns) == ([], [])
    assert first.consumer.status()["mine"] == sorted(SHARES["first"])
    assert {"flowing", "elsewhere"} == set(first.states())


async def test_who_is_alone_takes_all(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    await second.membership.leave()
    await first.membership.beat()
    await first.turn(2)
    assert await first.sequences() == [8] * PARTITIONS


async def test_a_gained_partition_is_begun_where_the_database_says(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    await second.turn(2)
    await publish(first, log, 2)
    await second.membership.leave()
    await first.membership.beat()
    await first.turn(2)
    assert await first.sequences() == [16] * PARTITIONS
    assert (first.journal.outruns, first.journal.skips) == ([], 0)


async def test_a_lost_partition_is_dropped_after_the_batch_in_hand(log: NumberedLog) -> None:
    first = Projecting()
    await first.membership.beat()
    await first.start(log)
    await publish(first, log, 1)
    turn = await first.consumer.read()
    first.alive.add("second")
    await first.membership.beat()
    await first.consumer.apply(turn)
    assert await first.sequences() == [8] * PARTITIONS
    await publish(first, log, 2)
    await first.turn(2)
    assert await first.sequences() == [16 if number in SHARES["first"] else 8 for number in range(PARTITIONS)]


async def test_one_that_wakes_up_late_with_its_old_share_does_no_harm(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    asleep = await second.consumer.read()
    second.alive.discard("second")
    await first.membership.beat()
    await first.turn(2)
    await publish(first, log, 2)
    await first.turn(2)
    await second.consumer.apply(asleep)
    await second.turn(3)
    assert await first.sequences() == [16] * PARTITIONS
    assert set(first.store.applied.values()) == {1}
    assert second.journal.outruns


async def test_the_gap_of_a_partition_goes_with_it(log: NumberedLog) -> None:
    first, second = await pair(log)
    number = min(SHARES["first"])
    await first.stream.put(number, log.append(number, life_of(1)))
    first.stream.lose(number, 4)
    await first.turn(3)
    assert first.journal.gaps == [(number, "event 4 is not in the stream")]
    await first.membership.leave()
    await second.membership.beat()
    first.alive.add("second")
    first.membership._known, first.membership._shares = frozenset({"second"}), {PARTITIONS: frozenset()}
    await first.turn()
    assert first.journal.gaps[1:] == [(number, None)]
    assert first.consumer.reasons() == []
    await second.turn(3)
    assert second.journal.gaps == [(number, "event 4 is not in the stream")]


async def test_freshness_counts_what_others_have_applied_and_not_more(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    await first.stream.say(log.heads(2, at=START + timedelta(seconds=1)))
    await first.turn()
    assert first.store.heads is not None
    assert first.store.heads[1] == "2026-11-22T08:00:00.000000Z"
    await second.turn(2)
    await first.stream.say(log.heads(3, at=START + timedelta(seconds=2)))
    await first.turn()
    assert first.store.heads[1] == "2026-11-22T08:00:02.000000Z"


async def test_each_shows_the_bookmarks_of_its_own_partitions(log: NumberedLog) -> None:
    first, second = await pair(log)
    await publish(first, log, 1)
    for one in (first, second):
        await one.turn(2)
        await one.consumer.reset()
        await one.turn()
    await first.bookmarks.flush()
    assert first.stream.shown == {(1, number): 8 for number in SHARES["first"]}


async def test_while_no_heartbeat_is_taken_the_others_are_taken_to_live_on() -> None:
    alive = {"second"}
    members, journal = InMemoryMembers("first", alive), RecordingJournal()
    membership = Membership("first", members, journal)
    assert membership.share(PARTITIONS) == frozenset(range(PARTITIONS))
    await membership.beat()
    assert membership.share(PARTITIONS) == SHARES["first"]
    members.down = "OOM"
    await membership.beat()
    await membership.beat()
    assert membership.share(PARTITIONS) == SHARES["first"]
    assert journal.warnings == ["no heartbeat is taken: OOM"]
    members.down = ""
    alive.discard("second")
    await membership.beat()
    assert membership.share(PARTITIONS) == frozenset(range(PARTITIONS))
