"""Projectors on real engines: exactly once, whatever happens beside them."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from projector.adapters.postgres_parking import PostgresParking
from projector.application.parking import retry
from query_api.migrations.run import migrate
from stack.engines import RunningEngine, start_postgres, start_valkey
from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.integration.projector.conftest import GROUP, Publisher
from tests.integration.projector.running import Stopwatch, projector, rows
from tests.suites.projector_parked import SHIPPED, older_version
from tests.suites.projector_waiting import until

HEALING_SECONDS = 3.0
COUNT_PARKED = "SELECT count(*), (SELECT sum(parked) FROM projection_checkpoint) FROM parked_event"
PARTITIONS = 4
COMPLETE = "SELECT count(*) FILTER (WHERE version = 8), count(*) FROM order_view"
HISTORY = "SELECT count(*), count(DISTINCT (order_id, version)) FROM order_history"


@pytest.fixture
async def publisher(redis_url: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(redis_url)
    yield publisher
    await publisher.client.aclose()


async def publish_mixed(publisher: Publisher, log: NumberedLog, orders: int) -> None:
    """Lives of `orders` orders, their events mixed, a few at a time."""
    lots = random.Random(5)
    lives = {name: life_of(name) for name in range(orders)}
    while lives:
        for name in lots.sample(sorted(lives), min(len(lives), 7)):
            happening = lives[name].pop(0)
            if not lives[name]:
                del lives[name]
            await publisher.put(name % PARTITIONS, log.append(name % PARTITIONS, [happening]))
    await publisher.say(log.heads(2, at=START + timedelta(seconds=1)))


async def test_two_projectors_at_once_apply_each_event_exactly_once(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    await publisher.say(log.heads())
    async with projector(read_database_url, redis_url) as first, projector(read_database_url, redis_url) as second:
        await publish_mixed(publisher, log, 60)
        await until(lambda: rows(read_database_url, COMPLETE) == [(60, 60)])
        await until(first.is_ready)
        await until(second.is_ready)
        assert rows(read_database_url, HISTORY) == [(480, 480)]
        await until(lambda: sum(first.journal.batches) + sum(second.journal.batches) == 480)
        assert first.journal.stops == second.journal.stops == []
        assert first.journal.gaps == second.journal.gaps == []
    found = rows(read_database_url, "SELECT partition, sequence FROM projection_checkpoint ORDER BY 1")
    assert found == [(number, len(entries)) for number, entries in enumerate(log.partitions)]


async def test_a_backlog_is_drained_in_bounded_batches_and_shown_without_lag(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    await publish_mixed(publisher, log, 100)
    async with projector(read_database_url, redis_url, count=20) as running:
        await until(lambda: rows(read_database_url, COMPLETE) == [(100, 100)])
        assert max(running.journal.batches) <= 20 * PARTITIONS
        await until(lambda: no_lag(publisher))
    fresh = rows(read_database_url, "SELECT applied_at = at, at::text FROM projection_heads")
    assert fresh == [(True, "2026-11-22 08:00:01+00")]


async def no_lag(publisher: Publisher) -> bool:
    return all([(await publisher.group(number))["lag"] == 0 for number in range(PARTITIONS)])


async def test_a_projector_that_comes_after_another_goes_on_where_that_one_stood(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.say(log.heads())
    life = life_of(1)

    def applied() -> bool:
        return rows(read_database_url, "SELECT version FROM order_view") == [(len(log.partitions[0]),)]

    for part in (life[:3], life[3:]):
        await publisher.put(0, log.append(0, part))
        async with projector(read_database_url, redis_url):
            await until(applied)
    assert rows(read_database_url, HISTORY) == [(8, 8)]


async def test_redis_that_loses_everything_and_gets_it_again_is_read_on(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.say(log.heads())
    async with projector(read_database_url, redis_url) as running:
        await publisher.put(0, log.append(0, life_of(1)))
        await until(lambda: rows(read_database_url, COMPLETE) == [(1, 1)])
        await publisher.client.flushall()
        await publisher.put(0, log.partitions[0])
        await publisher.put(0, log.append(0, life_of(2)))
        await until(lambda: rows(read_database_url, COMPLETE) == [(2, 2)])
        assert running.journal.skips == 0
    assert rows(read_database_url, HISTORY) == [(16, 16)]


async def test_poison_in_a_running_projector_holds_up_its_own_order_until_it_is_retried(
    read_database_url: str, redis_url: str, publisher: Publisher
) -> None:
    log, lives = NumberedLog(PARTITIONS), {name: life_of(name) for name in range(20)}
    await publisher.say(log.heads())
    lot = PostgresParking(read_database_url, GROUP)
    async with projector(read_database_url, redis_url) as running:
        with older_version(SHIPPED):
            for step in range(8):
                for name, life in lives.items():
                    number = name % PARTITIONS
                    await publisher.put(number, log.append(number, life[step : step + 1]))
            await until(lambda: rows(read_database_url, COUNT_PARKED) == [(60, 60)])
            assert await running.is_ready()
            for name in range(20, 24):
                await publisher.put(0, log.append(0, life_of(name)[:5]))
            await until(lambda: rows(read_database_url, "SELECT count(*) FROM order_view") == [(24,)])
        assert await retry(lot) == 60
        for name in range(20, 24):
            await publisher.put(0, log.append(0, life_of(name)[5:]))
        await until(lambda: rows(read_database_url, COMPLETE) == [(24, 24)])
        await publisher.say(log.heads(2, at=START + timedelta(seconds=1)))
        await until(lambda: running.journal.parked_events == dict.fromkeys(range(PARTITIONS), 0))
        assert await running.is_ready()
    assert rows(read_database_url, HISTORY) == [(192, 192)]
    assert (len(running.journal.parkings), running.journal.stops) == (60, [])
    await lot.close()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[RunningEngine]:
    """A Postgres that a test may kill; it is started again in the same folder, at the same port."""
    engine = start_postgres(tmp_path, durable=False)
    migrate(engine.url)
    yield engine
    start_again_postgres(tmp_path, engine).stop()


def start_again_postgres(folder: Path, engine: RunningEngine) -> RunningEngine:
    engine.process.kill()
    engine.process.wait()
    return start_postgres(folder, durable=False, port=engine.port)


async def test_a_read_database_that_is_killed_and_comes_back_is_written_on(
    own_postgres: RunningEngine, tmp_path: Path, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(1)
    await publisher.say(log.heads())
    async with projector(own_postgres.url, redis_url) as running:
        await publisher.put(0, log.append(0, life_of(1)))
        await until(lambda: rows(own_postgres.url, COMPLETE) == [(1, 1)])
        # Commits do not wait for the disk, so this one may be taken back.
        own_postgres.process.kill()
        own_postgres.process.wait()
        await publisher.put(0, log.append(0, life_of(2)))
        await until(lambda: unready_for(running.worker, "read database"))
        back = await asyncio.to_thread(start_postgres, tmp_path, durable=False, port=own_postgres.port)
        watch = Stopwatch()
        await until(lambda: rows(back.url, COMPLETE) == [(2, 2)])
        await until(running.is_ready)
        assert watch.seconds() < HEALING_SECONDS
        assert running.journal.recoveries == 1
    assert rows(back.url, HISTORY) == [(16, 16)]
    back.stop(keep=True)


async def unready_for(worker: object, part: str) -> bool:
    reasons: list[str] = await worker.readiness()  # type: ignore[attr-defined]
    return any(reason.startswith(part) for reason in reasons)


async def test_a_redis_that_is_killed_and_comes_back_is_read_on(read_database_url: str, tmp_path: Path) -> None:
    log = NumberedLog(1)
    entries = log.append(0, life_of(1))
    engine = start_valkey(tmp_path, durable=False)
    async with projector(read_database_url, engine.url) as running:
        await tell(engine.url, lambda publisher: publisher.say(NumberedLog(1).heads()))
        await until(running.is_ready)
        engine.process.kill()
        engine.process.wait()
        await until(lambda: unready_for(running.worker, "redis"))
        back = await asyncio.to_thread(start_valkey, tmp_path, durable=False, port=engine.port)
        watch = Stopwatch()
        await tell(engine.url, lambda publisher: publisher.put(0, entries))
        await until(lambda: rows(read_database_url, COMPLETE) == [(1, 1)])
        await until(running.is_ready)
        assert watch.seconds() < HEALING_SECONDS
    back.stop()


async def tell(url: str, what: Callable[[Publisher], Awaitable[None]]) -> None:
    """Publish over a connection of its own."""
    publisher = Publisher(url)
    await what(publisher)
    await publisher.client.aclose()
