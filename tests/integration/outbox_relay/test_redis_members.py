"""The real members' list: the port's suite, and what only a real Valkey can show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from orders_contracts.members import members_key
from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.redis_members import RedisMembers
from outbox_relay.application.ports import StreamUnavailable
from stack.ports import choose_port
from tests.suites.relay_members import Join, Later, MembersSuite, Refused

KEY = members_key("outbox-relay")


class TestRedisMembers(MembersSuite):
    @pytest.fixture
    def join(self, relay_client: Redis) -> Join:
        return lambda name: RedisMembers(relay_client, name)

    @pytest.fixture
    def later(self, client: Redis) -> Later:
        async def pass_by(seconds: float) -> None:
            # The clock is the server's: what was heard is made older instead.
            full: Any = await client.config_get("maxmemory")
            await client.config_set("maxmemory", 0)
            names: list[bytes] = await client.execute_command("ZRANGE", KEY, 0, -1)  # type: ignore[no-untyped-call]
            for name in names:
                await client.zincrby(KEY, -seconds * 1_000, name)
            await client.config_set("maxmemory", full["maxmemory"])

        return pass_by

    @pytest.fixture
    def refused(self, client: Redis) -> Refused:
        @asynccontextmanager
        async def full_memory() -> AsyncIterator[None]:
            await client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                await client.config_set("maxmemory", 0)

        return full_memory


async def test_heartbeats_are_scored_by_the_servers_clock_in_milliseconds(relay_client: Redis, client: Redis) -> None:
    seconds, _ = await client.time()
    await RedisMembers(relay_client, "a").beat()
    score = await client.zscore(KEY, "a") or 0.0
    assert seconds * 1_000 <= score < (seconds + 30) * 1_000


async def test_a_member_heard_by_another_clock_does_not_live_on_in_the_future(
    relay_client: Redis, client: Redis
) -> None:
    seconds, _ = await client.time()
    await client.zadd(KEY, {"before the failover": (seconds + 3_600) * 1_000})
    assert await RedisMembers(relay_client, "a").beat() == {"a"}


async def test_a_read_only_replica_keeps_the_last_known_members(relay_client: Redis, client: Redis) -> None:
    members = RedisMembers(relay_client, "a")
    await RedisMembers(relay_client, "b").beat()
    await members.beat()
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]
    try:
        assert await members.beat() == {"a", "b"}
    finally:
        await client.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]


async def test_a_redis_that_forgot_the_script_or_everything_takes_heartbeats(
    relay_client: Redis, client: Redis
) -> None:
    members = RedisMembers(relay_client, "a")
    await RedisMembers(relay_client, "b").beat()
    await members.beat()
    await client.script_flush()
    assert await members.beat() == {"a", "b"}
    await client.flushall()
    assert await members.beat() == {"a"}


async def test_nobody_listening_is_unavailable() -> None:
    client = redis_stream.connect(f"redis://127.0.0.1:{choose_port()}/0")
    members = RedisMembers(client, "a")
    with pytest.raises(StreamUnavailable, match="redis: "):
        await members.beat()
    with pytest.raises(StreamUnavailable, match="redis: "):
        await members.leave()
    await client.aclose()


async def test_a_key_that_is_no_list_of_members_is_unavailable(relay_client: Redis, client: Redis) -> None:
    await client.set(KEY, "mine")
    with pytest.raises(StreamUnavailable):
        await RedisMembers(relay_client, "a").beat()
