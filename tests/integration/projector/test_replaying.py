"""Projectors on real engines: whatever Redis loses is asked for, answered, and applied once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from orders_contracts.replay import REPLAY_REQUESTS
from orders_contracts.streams import entry_id, events_stream
from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.integration.projector.conftest import Publisher
from tests.integration.projector.replying import replier
from tests.integration.projector.running import Projector, Stopwatch, projector, rows
from tests.suites.projector_waiting import until

COMPLETE = "SELECT count(*) FILTER (WHERE version = 8), count(*) FROM order_view"
HISTORY = "SELECT count(*), count(DISTINCT (order_id, version)) FROM order_history"
LAST_EVENT_SECONDS = 3.0


@pytest.fixture
async def publisher(redis_url: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(redis_url)
    yield publisher
    await publisher.client.aclose()


async def tell(publisher: Publisher, log: NumberedLog, second: int) -> None:
    """The heads of that second."""
    await publisher.say(log.heads(second, at=START + timedelta(seconds=second)))


async def until_complete(database_url: str, running: Projector, orders: int) -> None:
    """All orders are there, each event once, and the projector is content."""
    await until(lambda: rows(database_url, COMPLETE) == [(orders, orders)])
    assert rows(database_url, HISTORY) == [(orders * 8, orders * 8)]
    await until(running.is_ready)
    await until(lambda: {one["state"] for one in running.consumer.status()["partitions"]} == {"flowing"})


async def test_a_hole_is_filled_and_what_comes_after_it_is_read_live(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.put(0, log.append(0, life_of(1)))
    for sequence in (3, 4, 6):
        await publisher.client.xdel(events_stream(1, 0), entry_id(sequence))
    await tell(publisher, log, 1)
    async with replier(redis_url, log) as relay, projector(read_database_url, redis_url) as running:
        await until_complete(read_database_url, running, 1)
        await publisher.put(0, log.append(0, life_of(2)))
        await until_complete(read_database_url, running, 2)
        assert {request.first for request in relay.requests} <= {3, 6}
        assert len({request.reply_to for request in relay.requests}) == len({one.first for one in relay.requests})


@pytest.mark.parametrize("kept", [0, 10])
async def test_a_projector_that_starts_from_zero_gets_what_was_trimmed(
    read_database_url: str, redis_url: str, publisher: Publisher, kept: int
) -> None:
    log = NumberedLog(2)
    for number in range(2):
        await publisher.put(
            number, log.append(number, [event for name in range(400) for event in life_of((number, name))])
        )
        await publisher.client.xtrim(events_stream(1, number), maxlen=kept, approximate=False)
    await tell(publisher, log, 1)
    async with replier(redis_url, log), projector(read_database_url, redis_url, count=250) as running:
        await until_complete(read_database_url, running, 800)
        assert running.journal.replays >= 6_400 - 2 * (kept + 250)
        assert len(await publisher.client.keys("cqrs:replay:*")) <= 2


async def test_a_stream_that_is_deleted_under_way_is_made_up_for(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.put(0, log.append(0, life_of(1)))
    await tell(publisher, log, 1)
    async with replier(redis_url, log), projector(read_database_url, redis_url) as running:
        await until_complete(read_database_url, running, 1)
        log.append(0, life_of(2))
        await publisher.client.delete(events_stream(1, 0))
        await publisher.put(0, log.append(0, life_of(3)))
        await until_complete(read_database_url, running, 3)
        assert running.journal.skips == 0


async def test_an_emptied_redis_is_made_up_for(read_database_url: str, redis_url: str, publisher: Publisher) -> None:
    log = NumberedLog(1)
    await publisher.put(0, log.append(0, life_of(1)))
    await tell(publisher, log, 1)
    async with replier(redis_url, log), projector(read_database_url, redis_url) as running:
        await until_complete(read_database_url, running, 1)
        log.append(0, life_of(2))
        await publisher.client.flushall()
        await tell(publisher, log, 2)
        await until_complete(read_database_url, running, 2)
        await publisher.put(0, log.append(0, life_of(3)))
        await until_complete(read_database_url, running, 3)
        await until(lambda: shown(publisher, 24))


async def shown(publisher: Publisher, sequence: int) -> bool:
    return await publisher.shown(0) == sequence


async def test_a_lost_last_event_is_there_within_three_seconds(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.put(0, log.append(0, life_of(1)[:7]))
    await tell(publisher, log, 1)
    async with replier(redis_url, log), projector(read_database_url, redis_url) as running:
        await until(lambda: rows(read_database_url, HISTORY) == [(7, 7)])
        watch = Stopwatch()
        log.append(0, life_of(1)[7:])
        await tell(publisher, log, 2)
        await until_complete(read_database_url, running, 1)
        assert watch.seconds() < LAST_EVENT_SECONDS


async def test_a_redis_that_takes_no_requests_holds_up_nobody_else(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(2)
    await publisher.put(0, log.append(0, life_of(1)))
    await publisher.put(1, log.append(1, life_of(2)))
    await publisher.client.xdel(events_stream(1, 0), entry_id(4))
    await tell(publisher, log, 1)
    await publisher.client.config_set("maxmemory", 1)
    try:
        async with projector(read_database_url, redis_url) as running:
            await until(lambda: rows(read_database_url, HISTORY) == [(11, 11)])
            await until(lambda: any("no replay can be asked for" in one for one in running.journal.warnings))
            assert await publisher.client.exists(REPLAY_REQUESTS) == 0
            await publisher.client.config_set("maxmemory", 0)
            async with replier(redis_url, log):
                await until_complete(read_database_url, running, 2)
    finally:
        await publisher.client.config_set("maxmemory", 0)


async def test_a_higher_epoch_is_replayed_from_zero(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    before, after = NumberedLog(1), NumberedLog(1)
    await publisher.put(0, before.append(0, [*life_of("gone"), *life_of("kept")]))
    await tell(publisher, before, 1)
    after.append(0, life_of("kept"))
    async with replier(redis_url, after), projector(read_database_url, redis_url) as running:
        await until(lambda: rows(read_database_url, COMPLETE) == [(2, 2)])
        await publisher.say(after.heads(2, epoch=2, at=START + timedelta(seconds=2)))
        await until(lambda: rows(read_database_url, COMPLETE) == [(1, 1)])
        await publisher.put(0, before.append(0, life_of("late")))
        await until_complete(read_database_url, running, 1)
    assert rows(read_database_url, "SELECT epoch, sequence FROM projection_checkpoint") == [(2, 8)]
