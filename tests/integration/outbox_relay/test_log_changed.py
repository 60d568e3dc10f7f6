"""A write database that is not what it was: noticed before anything wrong is published; a new epoch makes it good."""

from typing import Any

import pytest
from psycopg import AsyncConnection
from redis.asyncio import Redis

from tests.integration.outbox_relay.checking import logged, newest_heads, published, until
from tests.integration.outbox_relay.relays import Start, all_told
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outbox-relay'"


@pytest.fixture
async def sixteen(admin: AsyncConnection[Any]) -> None:
    """Two events in each partition."""
    await insert_many(admin, [(number % 8, name(number)) for number in range(16)])


@pytest.mark.usefixtures("sixteen")
async def test_a_log_that_came_back_just_as_long_with_another_event_is_noticed(
    start: Start, admin: AsyncConnection[Any], write_database_url: str, redis_url: str
) -> None:
    observers = [start(), start()]
    await until(lambda: all_told(write_database_url, redis_url))
    await admin.execute("UPDATE outbox SET event_id = %s WHERE event_id = %s", (name(99), name(11)))
    await admin.execute(CUT)
    await insert_many(admin, [(number % 8, name(number)) for number in range(20, 28)])

    async def noticed() -> bool:
        return all(set(observer.stops) == {3} for observer in observers)

    await until(noticed)

    async def others_published() -> bool:
        return [len(stream) for stream in published(redis_url)] == [3, 3, 3, 2, 3, 3, 3, 3]

    await until(others_published)

    async def told() -> bool:
        heads = newest_heads(redis_url)
        return heads is not None and heads.sequences == heads.logged == (3, 3, 3, 0, 3, 3, 3, 3)

    await until(told)


@pytest.mark.usefixtures("sixteen")
async def test_running_relays_follow_a_new_epoch(
    start: Start, admin: AsyncConnection[Any], write_database_url: str, redis_url: str, client: Redis
) -> None:
    fields: dict[Any, Any] = {"event_id": name(99), "type": "t", "prev": "", "data": "{}"}
    await client.xadd("cqrs:events:1:4", fields, id="9-0")
    observers = [start(), start()]

    async def stopped() -> bool:
        return all(set(observer.stops) == {4} for observer in observers)

    await until(stopped)
    await admin.execute("UPDATE outbox_log SET epoch = 2")

    async def all_told_anew() -> bool:
        heads = newest_heads(redis_url)
        return heads is not None and heads.epoch == 2 and heads.sequences == heads.logged == (2,) * 8

    await until(all_told_anew)
    assert published(redis_url, epoch=2) == logged(write_database_url)
    assert not any(observer.stops for observer in observers)


@pytest.mark.usefixtures("sixteen")
async def test_heads_reach_readers_though_those_of_the_lost_days_had_a_later_tick(
    start: Start, write_database_url: str, redis_url: str, client: Redis
) -> None:
    lost = b'{"epoch":1,"tick":5000,"sequences":[9,9,9,9,9,9,9,9],"at":"2026-11-22T03:00:00.000000Z"}'
    await client.xadd("cqrs:heads", {"data": lost}, id="5000-7")
    start()
    await until(lambda: all_told(write_database_url, redis_url))
    found: list[Any] = await client.execute_command("XRANGE", "cqrs:heads", "-", "+")  # type: ignore[no-untyped-call]
    ((entry_id, _),) = found
    assert entry_id.startswith(b"5000-")
