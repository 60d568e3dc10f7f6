"""What a generation's projectors leave in Redis: consumer groups of its name, and a set of members.

Replies that nobody has read expire by themselves, a minute after they were written.
"""

from typing import Any, Final, cast

import msgspec
from redis.exceptions import ResponseError

from orders_contracts.heads import Heads, decode_heads
from orders_contracts.members import MEMBER_SECONDS, members_key
from orders_contracts.streams import HEADS, HEADS_FIELD, events_stream
from projector.adapters.redis_stream import answered_within, connect
from projector.application.ports import Unavailable

_PATIENCE: Final = 5.0
"""Seconds for each of the questions."""
_ALIVE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
"""The set is gone with the last of its members."""
_NO_STREAM: Final = "requires the key to exist"


class RedisLeftovers:
    """See Leftovers."""

    def __init__(self, redis_url: str, generation: str) -> None:
        self._client = connect(redis_url)
        self._generation = generation

    async def alive(self) -> frozenset[str]:
        """See Leftovers."""
        milliseconds = int(MEMBER_SECONDS * 1_000)
        key = members_key(f"projector:{self._generation}")
        async with answered_within(_PATIENCE):
            alive = await cast("Any", self._client.eval(_ALIVE, 1, key, milliseconds))
        return frozenset(member.decode("utf-8", "replace") for member in alive)

    async def remove(self) -> int:
        """See Leftovers. Which streams there are, the heads tell; without any, there are no groups."""
        heads = await self._heads()
        if heads is None:
            return 0
        partitions = range(len(heads.sequences))
        keys = [events_stream(epoch, number) for epoch in range(1, heads.epoch + 1) for number in partitions]
        async with answered_within(_PATIENCE), self._client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.execute_command("XGROUP", "DESTROY", key, self._generation)
            answers = await pipe.execute(raise_on_error=False)
            return sum(_destroyed(answer) for answer in answers)

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def _heads(self) -> Heads | None:
        async with answered_within(_PATIENCE):
            found: Any = await self._client.xread({HEADS: "0-0"})
        if not found:
            return None
        ((_, entries),) = found
        try:
            return decode_heads(entries[-1][1].get(HEADS_FIELD.encode(), b""))
        except msgspec.DecodeError as error:
            raise Unavailable(f"redis: the newest heads entry cannot be read: {error}") from error


def _destroyed(answer: Any) -> int:
    """1 for a group that was there. Raises what Redis has refused."""
    if isinstance(answer, ResponseError) and _NO_STREAM in str(answer):
        return 0
    if isinstance(answer, Exception):
        raise answer
    return int(answer)
