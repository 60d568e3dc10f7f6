"""The replicas that live, on a real Valkey."""

from collections.abc import AsyncIterator, Callable

import pytest
import redis.asyncio as aioredis

from orders_contracts.members import MEMBER_SECONDS, members_key
from projector.adapters.redis_members import RedisMembers
from projector.application.ports import Unavailable
from tests.contract.redis.users import as_redis_user
from tests.suites.projector_members import MembersSuite

SERVICE = "projector:g1"
KEY = members_key(SERVICE)


class RealMembersWorld:
    """Replicas that share a Valkey."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = aioredis.Redis.from_url(url)
        self.members: list[RedisMembers] = []

    def member(self, name: str) -> RedisMembers:
        self.members.append(RedisMembers(as_redis_user(self.url, "projector"), SERVICE, name))
        return self.members[-1]

    async def refuse(self) -> None:
        await self.client.config_set("maxmemory", 1)

    async def seconds(self) -> float:
        """The clock of the server."""
        seconds, microseconds = await self.client.time()
        return float(seconds) + microseconds / 1_000_000


@pytest.fixture
async def real_world(redis_url: str) -> AsyncIterator[RealMembersWorld]:
    world = RealMembersWorld(redis_url)
    yield world
    await world.client.config_set("maxmemory", 0)
    for member in world.members:
        await member.close()
    await world.client.aclose()


class TestRedisMembers(MembersSuite):
    @pytest.fixture
    def world(self, real_world: RealMembersWorld) -> RealMembersWorld:
        return real_world


async def test_who_has_not_been_heard_of_for_three_seconds_is_gone(real_world: RealMembersWorld) -> None:
    member: Callable[[str], RedisMembers] = real_world.member
    now = await real_world.seconds()
    past = (now - MEMBER_SECONDS - 0.5) * 1_000
    recent = (now - MEMBER_SECONDS + 2) * 1_000
    await real_world.client.zadd(KEY, {"gone": past, "slow": recent})
    assert await member("here").beat() == {"slow", "here"}
    assert await real_world.client.zscore(KEY, "gone") is None


async def test_a_member_scored_by_the_clock_of_another_server_does_not_live_for_ever(
    real_world: RealMembersWorld,
) -> None:
    future = (await real_world.seconds() + 3_600) * 1_000
    await real_world.client.zadd(KEY, {"before the failover": future})
    assert await real_world.member("here").beat() == {"here"}


async def test_under_full_memory_nobody_is_taken_away(real_world: RealMembersWorld) -> None:
    first, second = real_world.member("first"), real_world.member("second")
    await first.beat()
    await second.beat()
    await real_world.refuse()
    with pytest.raises(Unavailable, match="maxmemory"):
        await first.beat()
    assert await real_world.client.zcard(KEY) == 2


async def test_a_redis_that_is_not_there_is_unavailable() -> None:
    members = RedisMembers("redis://127.0.0.1:1/0", SERVICE, "me")
    with pytest.raises(Unavailable, match="redis"):
        await members.beat()
    with pytest.raises(Unavailable, match="redis"):
        await members.leave()
    await members.close()
