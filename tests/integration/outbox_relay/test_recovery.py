"""A relay that runs goes on by itself once a person has said what happened to the write database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis
from psycopg import AsyncConnection

from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, encode_request, reply_stream
from outbox_relay.adapters.renumbering import adopt, new_epoch
from tests.integration.outbox_relay.checking import logged, newest_heads, published, until
from tests.integration.outbox_relay.processes import Process, running
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name


@pytest.fixture
async def relay(
    tmp_path: Path, write_database_url: str, redis_url: str, admin: AsyncConnection[Any]
) -> AsyncIterator[Process]:
    """A relay that has published 800 events."""
    with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=redis_url) as relay:
        for first in range(0, 800, 80):
            await insert_many(admin, [(number % 8, name(number)) for number in range(first, first + 80)])

            async def all_there(count: int = first + 80) -> bool:
                return sum(map(len, published(redis_url))) == count

            await until(all_there)
        await until(relay.is_ready)
        yield relay


async def test_under_a_new_epoch_the_log_as_it_is_now_is_published_and_replayed(
    relay: Process, write_database_url: str, redis_url: str, admin: AsyncConnection[Any]
) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.xadd("cqrs:events:1:4", {"event_id": "of a day that is gone"}, id="5000-0")
        await until(relay.is_unready)
        assert "partition 4 is stopped: the stream ends with 5000, but the log with 100" in relay.get("/readyz")[1]
        assert str(new_epoch(write_database_url, 1)) == "epoch 1 -> 2"
        await until(relay.is_ready)

        async def all_there() -> bool:
            return all(client.xlen(f"cqrs:events:2:{partition}") == 100 for partition in range(8))

        await until(all_there)

        async def told() -> bool:
            heads = newest_heads(redis_url)
            return heads is not None and (heads.epoch, heads.sequences) == (2, (100,) * 8)

        await until(told)
        reply = reply_stream("g1", 4, "one")
        wanted = ReplayRequest(projection="g1", partition=4, epoch=2, first=1, count=50, reply_to=reply)
        client.xadd(REPLAY_REQUESTS, {"data": encode_request(wanted)})

        async def replayed() -> bool:
            return bool(client.xlen(reply) == 50)

        await until(replayed)
        assert client.xrange(reply) == client.xrange("cqrs:events:2:4", count=50)


async def test_once_the_log_is_adopted_the_relay_goes_on_where_it_was(
    relay: Process, write_database_url: str, redis_url: str, admin: AsyncConnection[Any]
) -> None:
    before = published(redis_url)
    await admin.execute("UPDATE outbox_log SET system_identifier = 4711")
    await until(relay.is_unready)
    assert "write database: the log was numbered by cluster 4711, this is cluster " in relay.get("/readyz")[1]
    await insert_many(admin, [(number % 8, name(number)) for number in range(800, 808)])
    adopt(write_database_url)
    await until(relay.is_ready)

    async def all_there() -> bool:
        return sum(map(len, published(redis_url))) == 808

    await until(all_there)
    after = published(redis_url)
    assert [stream[:100] for stream in after] == before
    assert after == logged(write_database_url)

    async def told() -> bool:
        heads = newest_heads(redis_url)
        return heads is not None and heads.sequences == (101,) * 8

    await until(told)
