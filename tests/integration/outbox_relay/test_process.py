"""The relay as a process: how it starts, what its probes say, how it lives through lost engines, how it ends."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from psycopg import AsyncConnection

from stack.engines import start_valkey
from tests.integration.outbox_relay.checking import logged, newest_heads, published, until
from tests.integration.outbox_relay.processes import Process, running
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name


@pytest.fixture
async def relay(tmp_path: Path, write_database_url: str, redis_url: str) -> AsyncIterator[Process]:
    with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=redis_url) as relay:
        yield relay


async def test_sigterm_in_the_middle_of_a_backlog_ends_the_process_with_nought(
    relay: Process, admin: AsyncConnection[Any], write_database_url: str, redis_url: str
) -> None:
    await until(relay.is_ready)
    await insert_many(admin, [(number % 8, name(number)) for number in range(30_000)])

    async def has_begun() -> bool:
        return any(published(redis_url))

    await until(has_begun)
    relay.process.send_signal(signal.SIGTERM)
    assert relay.end() == (0, "")
    streams, log = published(redis_url), logged(write_database_url)
    assert streams == [events[: len(stream)] for stream, events in zip(streams, log, strict=True)]
    assert relay.lines()[-1]["event"] == "stopped"
    written = [line for line in relay.lines() if line["event"] == "published"]
    assert sum(line["events"] for line in written) == sum(map(len, streams))
    assert {"timestamp", "level", "service", "event"} <= set(written[0])


async def test_sigint_ends_an_idle_process_with_nought(relay: Process) -> None:
    await until(relay.is_ready)
    assert relay.get("/livez")[0] == 200
    relay.process.send_signal(signal.SIGINT)
    assert relay.end() == (0, "")


async def test_figures_tell_what_was_published(relay: Process, admin: AsyncConnection[Any]) -> None:
    await until(relay.is_ready)
    await insert_many(admin, [(3, name(number)) for number in range(5)])

    async def counted() -> bool:
        return 'relay_events_published_total{partition="3"} 5.0' in relay.get("/metrics")[1]

    await until(counted)
    figures = relay.get("/metrics")[1]
    assert "relay_outbox_age_seconds 0.0" in figures
    assert "relay_ticks_total 1.0" in figures
    assert "relay_publishes_refused_total 0.0" in figures
    assert 'relay_partition_stopped{partition="3"} 0.0' in figures


async def test_events_accepted_while_redis_was_gone_are_published_by_themselves_when_it_is_back(
    tmp_path: Path, write_database_url: str, admin: AsyncConnection[Any]
) -> None:
    valkey = start_valkey(tmp_path / "engine", durable=False)
    with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=valkey.url) as relay:
        try:
            await insert_many(admin, [(number % 8, name(number)) for number in range(100)])
            await until(relay.is_ready)
            valkey.process.kill()
            valkey.process.wait()
            await insert_many(admin, [(number % 8, name(number)) for number in range(100, 200)])
            await until(relay.is_unready)

            async def grows_old() -> bool:
                figures = relay.get("/metrics")[1].splitlines()
                (age,) = [float(line.split()[1]) for line in figures if line.startswith("relay_outbox_age_seconds ")]
                return age > 2.0

            await until(grows_old)
            assert "redis" in relay.get("/readyz")[1]
            valkey = start_valkey(tmp_path / "engine", durable=False, port=valkey.port)

            async def all_there() -> bool:
                return sum(map(len, published(valkey.url))) == 200

            await until(all_there)
            assert published(valkey.url) == logged(write_database_url)
            await until(relay.is_ready)
        finally:
            valkey.stop()


async def test_a_write_database_that_refuses_connections_is_waited_for(
    relay: Process, postgres_server: Any, admin: AsyncConnection[Any], write_database_url: str, redis_url: str
) -> None:
    await until(relay.is_ready)
    database = write_database_url.rsplit("/", 1)[1]
    await insert_many(admin, [(1, name(1))])
    with psycopg.connect(postgres_server.url, autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))
        await until(relay.is_unready)
        assert "write database" in relay.get("/readyz")[1]
        superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    await until(relay.is_ready)
    assert [len(stream) for stream in published(redis_url)] == [0, 1, 0, 0, 0, 0, 0, 0]


async def test_a_stopped_partition_makes_the_process_unready_and_says_so(
    relay: Process, admin: AsyncConnection[Any], redis_url: str
) -> None:
    await until(relay.is_ready)
    with redis.Redis.from_url(redis_url) as client:
        client.xadd("cqrs:events:1:4", {"event_id": "x"}, id="9-0")
    await until(relay.is_unready)
    reasons = json.loads(relay.get("/readyz")[1])["reasons"]
    assert len(reasons) == 1
    assert reasons[0].startswith("partition 4 is stopped: the stream ends with 9, but the log with 0")
    assert 'relay_partition_stopped{partition="4"} 1.0' in relay.get("/metrics")[1]
    heads = newest_heads(redis_url)
    assert heads is not None


def test_a_missing_setting_is_named_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path / "relay.log", REDIS_URL="redis://127.0.0.1") as relay:
        assert relay.end() == (2, "outbox-relay: OUTBOX_RELAY_DATABASE_URL: Field required\n")


def test_a_port_that_is_taken_is_named_in_one_line(tmp_path: Path, write_database_url: str, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        taken = str(client.connection_pool.connection_kwargs["port"])
    settings = {"DATABASE_URL": write_database_url, "REDIS_URL": redis_url, "PORT": taken}
    with running(tmp_path / "relay.log", **settings) as relay:
        status, error = relay.end()
    assert status == 2
    assert error == f"outbox-relay: OUTBOX_RELAY_PORT: 127.0.0.1:{taken}: Address already in use\n"
