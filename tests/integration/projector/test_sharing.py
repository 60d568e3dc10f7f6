"""Several projectors on real engines: they share the partitions, and take over from one that is gone."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.integration.projector.conftest import Publisher
from tests.integration.projector.running import Projector, Stopwatch, projector, rows
from tests.suites.projector_waiting import until

PARTITIONS = 8
TAKEN_OVER_SECONDS = 5.0
COMPLETE = "SELECT count(*) FILTER (WHERE version = 8), count(*) FROM order_view"
HISTORY = "SELECT count(*), count(DISTINCT (order_id, version)) FROM order_history"
FRESH = "SELECT applied_at::text FROM projection_heads"


@pytest.fixture
async def publisher(redis_url: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(redis_url)
    yield publisher
    await publisher.client.aclose()


async def publish(publisher: Publisher, log: NumberedLog, name: str) -> None:
    """An order in each partition."""
    for number in range(PARTITIONS):
        await publisher.put(number, log.append(number, life_of((name, number))))


def shared_out(*projectors: Projector) -> bool:
    """Whether each partition has one projector, and each projector some."""
    return all(one.mine() for one in projectors) and sorted(
        number for one in projectors for number in one.mine()
    ) == list(range(PARTITIONS))


async def test_two_share_the_work_and_one_goes_on_alone_when_the_other_leaves(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    await publisher.say(log.heads())
    async with projector(read_database_url, redis_url, name="first") as first:
        async with projector(read_database_url, redis_url, name="second") as second:
            await until(lambda: shared_out(first, second))
            await publish(publisher, log, "both")
            await until(lambda: rows(read_database_url, COMPLETE) == [(8, 8)])
            assert first.journal.outruns == second.journal.outruns == []
        await publish(publisher, log, "one")
        await until(lambda: rows(read_database_url, COMPLETE) == [(16, 16)])
    assert rows(read_database_url, HISTORY) == [(128, 128)]


async def test_the_share_of_one_that_was_killed_is_taken_over(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    await publisher.say(log.heads())
    async with (
        projector(read_database_url, redis_url, name="first") as first,
        projector(read_database_url, redis_url, name="second") as second,
    ):
        await until(lambda: shared_out(first, second))
        second.die()
        watch = Stopwatch()
        await publish(publisher, log, "after")
        await until(lambda: rows(read_database_url, COMPLETE) == [(8, 8)])
        assert watch.seconds() < TAKEN_OVER_SECONDS
        assert first.mine() == list(range(PARTITIONS))


async def test_freshness_counts_the_partitions_of_both(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    await publisher.say(log.heads())
    async with (
        projector(read_database_url, redis_url, name="first") as first,
        projector(read_database_url, redis_url, name="second") as second,
    ):
        await until(lambda: shared_out(first, second))
        await publish(publisher, log, "both")
        await until(lambda: rows(read_database_url, COMPLETE) == [(8, 8)])
        await publisher.say(log.heads(2, at=START + timedelta(seconds=7)))
        await until(lambda: rows(read_database_url, FRESH) == [("2026-11-22 08:00:07+00",)])
