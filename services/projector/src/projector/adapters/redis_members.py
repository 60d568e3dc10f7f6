"""The replicas that live: a sorted set in Redis, scored by Redis' own clock."""

from typing import Any, Final, cast

from orders_contracts.members import MEMBER_SECONDS, members_key
from projector.adapters.redis_stream import answered_within, connect

_PATIENCE: Final = 2.0
"""Seconds. A heartbeat that takes longer is none."""

_BEAT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
"""Who is of the future was seen by another clock, before a failover; if he lives, he comes again."""


class RedisMembers:
    """See Members. `service` says whose replicas they are."""

    def __init__(self, redis_url: str, service: str, me: str) -> None:
        self._client = connect(redis_url)
        self._key = members_key(service)
        self._me = me

    async def beat(self) -> frozenset[str]:
        """See Members."""
        milliseconds = int(MEMBER_SECONDS * 1_000)
        async with answered_within(_PATIENCE):
            alive = await cast("Any", self._client.eval(_BEAT, 1, self._key, self._me, milliseconds))
        return frozenset(member.decode("utf-8", "replace") for member in alive)

    async def leave(self) -> None:
        """See Members."""
        async with answered_within(_PATIENCE):
            await self._client.zrem(self._key, self._me)

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()
