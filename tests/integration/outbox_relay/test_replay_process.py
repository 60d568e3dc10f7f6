"""Replays as the process serves them: beside publishing, with figures and a line in the log."""

from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import AsyncConnection

from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, encode_request, reply_stream
from stack.engines import start_valkey
from tests.integration.outbox_relay.checking import published, until
from tests.integration.outbox_relay.processes import running
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name

FIRST, COUNT = 100, 300


def _ask(client: redis.Redis, partition: int, unique: str) -> str:
    reply_to = reply_stream("g1", partition, unique)
    wanted = ReplayRequest(projection="g1", partition=partition, epoch=1, first=FIRST, count=COUNT, reply_to=reply_to)
    client.xadd(REPLAY_REQUESTS, {"data": encode_request(wanted)})
    return reply_to


async def test_a_relay_serves_replays_beside_publishing(
    tmp_path: Path, write_database_url: str, redis_url: str, admin: AsyncConnection[Any]
) -> None:
    settings = {"DATABASE_URL": write_database_url, "REDIS_URL": redis_url, "LOG_FORMAT": "json"}
    with running(tmp_path / "relay.log", **settings) as relay, redis.Redis.from_url(redis_url) as client:
        await insert_many(admin, [(number % 8, name(number)) for number in range(4_000)])
        await until(relay.is_ready)
        client.xadd(REPLAY_REQUESTS, {"data": b"nonsense"})
        replies = [_ask(client, partition, "one") for partition in range(8)]

        async def all_there() -> bool:
            return all(client.xlen(reply) == COUNT for reply in replies)

        await until(all_there)
        for partition, reply in enumerate(replies):
            stream = client.xrange(f"cqrs:events:1:{partition}", min=f"{FIRST}-0", count=COUNT)
            assert client.xrange(reply) == stream
        figures = relay.get("/metrics")[1]
        assert 'relay_replays_served_total{projection="g1"} 8.0' in figures
        assert f"relay_replayed_events_total {8 * COUNT}.0" in figures
        assert "relay_replay_requests_unreadable_total 1.0" in figures
        lines = [line for line in relay.lines() if line["event"] == "replayed"]
        assert {line["partition"] for line in lines} == set(range(8))
        assert {(line["projection"], line["from"], line["to"]) for line in lines} == {("g1", FIRST, FIRST + COUNT - 1)}
        assert all(line["seconds"] < 5 for line in lines)


async def test_replays_are_served_again_when_a_lost_redis_and_a_lost_connection_are_back(
    tmp_path: Path, write_database_url: str, admin: AsyncConnection[Any]
) -> None:
    valkey = start_valkey(tmp_path / "engine", durable=False)
    with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=valkey.url) as relay:
        try:
            await insert_many(admin, [(number % 8, name(number)) for number in range(4_000)])
            await until(relay.is_ready)
            valkey.process.kill()
            valkey.process.wait()
            valkey = start_valkey(tmp_path / "engine", durable=False, port=valkey.port)
            with psycopg.connect(write_database_url, autocommit=True) as superuser:
                superuser.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'outbox-relay' AND datname = current_database()"
                )
            with redis.Redis.from_url(valkey.url) as client:
                reply = _ask(client, 3, "one")

                async def there() -> bool:
                    return bool(client.xlen(reply) == COUNT)

                await until(there)

            async def refilled() -> bool:
                return sum(map(len, published(valkey.url))) == 4_000

            await until(refilled)
        finally:
            valkey.stop()
