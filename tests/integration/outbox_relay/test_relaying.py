"""Relays between a real Postgres and a real Valkey, side by side and under faults: the streams are the log."""

import asyncio
from random import Random
from typing import Any

from psycopg import AsyncConnection
from redis.asyncio import Redis

from outbox_relay.application.bearings import OutOfStep
from tests.integration.outbox_relay.checking import logged, published, until
from tests.integration.outbox_relay.relays import Start, all_told, relays
from tests.integration.outbox_relay.test_numbering import Writers
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name


async def test_two_relays_publish_what_overlapping_writers_write_once_and_in_order(
    start: Start, write_database_url: str, redis_url: str
) -> None:
    observers = [start(), start()]
    writers = Writers(write_database_url)
    await writers.run()
    await until(lambda: all_told(write_database_url, redis_url))
    log = logged(write_database_url)
    assert published(redis_url) == log
    assert {event_id for stream in log for _, event_id, _ in stream} == set(writers.committed)
    spans = [span for observer in observers for span in observer.spans]
    assert sum(span.last - span.first + 1 for span in spans) == len(writers.committed)
    assert not any(observer.stops for observer in observers)
    # Now and then one is outrun so often in a turn that it steps back; nothing else may go wrong.
    failures = [failure for observer in observers for failure in observer.failures]
    assert [failure for failure in failures if not isinstance(failure, OutOfStep)] == []


async def test_one_relay_without_faults_is_never_refused(start: Start, write_database_url: str, redis_url: str) -> None:
    observer = start()
    await Writers(write_database_url).run()
    await until(lambda: all_told(write_database_url, redis_url))
    assert observer.refusals == []
    assert observer.failures == []
    assert published(redis_url) == logged(write_database_url)


async def test_streams_are_the_log_again_after_connections_scripts_and_data_were_lost(
    start: Start, write_database_url: str, redis_url: str, admin: AsyncConnection[Any], client: Redis
) -> None:
    observers = [start(), start()]
    writers, random = Writers(write_database_url), Random(3)

    async def harm() -> None:
        while writers.busy:
            match random.randrange(5):
                case 0:
                    await client.flushall()
                case 1:
                    await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # type: ignore[no-untyped-call]
                case 2:
                    await admin.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outbox-relay'"
                    )
                case 3:
                    await client.script_flush()
                case _:
                    await client.delete(f"cqrs:events:1:{random.randrange(8)}")
            await admin.execute("SELECT pg_sleep(0.1)")

    await asyncio.gather(writers.run(), harm())
    await until(lambda: all_told(write_database_url, redis_url))
    assert published(redis_url) == logged(write_database_url)
    assert not any(observer.stops for observer in observers)


async def test_a_short_stream_goes_on_with_a_true_count_after_it_was_lost(
    write_database_url: str, redis_url: str, admin: AsyncConnection[Any], client: Redis
) -> None:
    async with relays(write_database_url, redis_url, 100) as start:
        await insert_many(admin, [(0, name(number)) for number in range(3_000)])
        start()
        await until(lambda: all_told(write_database_url, redis_url))
        await client.flushall()
        await insert_many(admin, [(0, name(number)) for number in range(3_000, 3_010)])
        await until(lambda: all_told(write_database_url, redis_url))
    found = published(redis_url)[0]
    assert found == logged(write_database_url)[0][-len(found) :]
    assert 100 <= len(found) <= 200
    assert (await client.xinfo_stream("cqrs:events:1:0"))["entries-added"] == 3_010


async def test_a_restored_write_database_stops_what_it_contradicts(
    start: Start, write_database_url: str, redis_url: str, admin: AsyncConnection[Any], client: Redis
) -> None:
    await insert_many(admin, [(number % 8, name(number)) for number in range(16)])
    fields: dict[Any, Any] = {"event_id": name(99), "type": "t", "prev": "", "data": "{}"}
    await client.xadd("cqrs:events:1:0", fields, id="1-0")
    await client.xadd("cqrs:events:1:1", fields, id="3-0")
    observer = start()

    async def others_published() -> bool:
        return [len(stream) for stream in published(redis_url)] == [1, 1, 2, 2, 2, 2, 2, 2]

    await until(others_published)
    assert set(observer.stops) == {0, 1}
    assert observer.goes == [2, 3, 4, 5, 6, 7]
