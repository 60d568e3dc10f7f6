"""Several relay processes: they share the partitions out, and close the gap that one of them leaves."""

import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from psycopg import AsyncConnection

from tests.integration.outbox_relay.checking import logged, published, until
from tests.integration.outbox_relay.processes import Process, running
from tests.integration.outbox_relay.relays import all_told
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name

Add = Callable[[], Process]


@pytest.fixture
async def add(tmp_path: Path, write_database_url: str, redis_url: str) -> AsyncIterator[Add]:
    """Starts one more relay."""
    with ExitStack() as stack:
        processes: list[Process] = []

        def start() -> Process:
            log = tmp_path / f"relay-{len(processes)}.log"
            processes.append(stack.enter_context(running(log, DATABASE_URL=write_database_url, REDIS_URL=redis_url)))
            return processes[-1]

        yield start


def shares(*relays: Process) -> Any:
    """Whether each partition is published by one of these relays. Their names are drawn by lot: one may have none."""

    async def look() -> bool:
        if not all([await relay.is_ready() for relay in relays]):
            return False
        mine = [relay.status()["mine"] for relay in relays]
        return sorted(p for share in mine for p in share) == list(range(8))

    return look


async def test_partitions_are_shared_out_and_taken_over_from_one_that_was_killed_within_five_seconds(
    add: Add, admin: AsyncConnection[Any], write_database_url: str, redis_url: str
) -> None:
    both = add(), add()
    await until(shares(*both))
    survivor, victim = sorted(both, key=lambda relay: len(relay.status()["mine"]))
    await insert_many(admin, [(number % 8, name(number)) for number in range(800)])
    await until(lambda: all_told(write_database_url, redis_url))
    status = victim.status()
    assert status["summary"] == f"publishes partitions {' '.join(map(str, status['mine']))}"
    assert [row["partition"] for row in status["partitions"]] == list(range(8))

    victim.process.kill()
    killed_at = time.monotonic()
    await insert_many(admin, [(number % 8, name(number)) for number in range(800, 880)])

    async def all_published() -> bool:
        return published(redis_url) == logged(write_database_url)

    await until(all_published)
    assert time.monotonic() - killed_at < 5.0
    await until(shares(survivor))


async def test_a_relay_that_ends_in_order_leaves_its_partitions_at_once(add: Add, redis_url: str) -> None:
    stays, leaves = add(), add()
    await until(shares(stays, leaves))
    leaves.process.send_signal(signal.SIGTERM)
    assert leaves.end() == (0, "")
    with redis.Redis.from_url(redis_url) as client:
        assert client.zcard("cqrs:members:outbox-relay") == 1
    await until(shares(stays), seconds=2.5)


async def test_a_relay_that_was_stopped_and_goes_on_later_does_no_harm(
    add: Add, admin: AsyncConnection[Any], write_database_url: str, redis_url: str
) -> None:
    both = add(), add()
    await until(shares(*both))
    stays, sleeps = sorted(both, key=lambda relay: len(relay.status()["mine"]))
    sleeps.process.send_signal(signal.SIGSTOP)
    try:
        await insert_many(admin, [(number % 8, name(number)) for number in range(800)])
        await until(shares(stays))
        await until(lambda: all_told(write_database_url, redis_url))
    finally:
        sleeps.process.send_signal(signal.SIGCONT)
    await insert_many(admin, [(number % 8, name(number)) for number in range(800, 1_600)])
    await until(shares(stays, sleeps))
    await until(lambda: all_told(write_database_url, redis_url))
    assert published(redis_url) == logged(write_database_url)
    assert not [line for relay in (stays, sleeps) for line in relay.lines() if line["event"] == "partition_stopped"]
