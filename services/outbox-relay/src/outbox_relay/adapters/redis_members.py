"""Who relays beside this process: a sorted set in Redis, scored by Redis' own clock."""

from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from orders_contracts.members import MEMBER_SECONDS, members_key
from outbox_relay.adapters.redis_script import Script, unavailable
from outbox_relay.application.ports import StreamUnavailable

SERVICE: Final = "outbox-relay"
_UNWRITABLE: Final = ("OOM", "READONLY", "MISCONF", "NOREPLICAS", "maxmemory", "read only replica")
"""How a Redis that can be read refuses to be written; redis-py cuts the code off where it knows it."""


class RedisMembers:
    """The members' list behind `client`, on which this process is `name`."""

    def __init__(self, client: Redis, name: str) -> None:
        self.name = name
        self._client = client
        self._key = members_key(SERVICE)
        self._beat = Script(client, "beat.lua")
        self._known = frozenset({name})

    async def beat(self) -> frozenset[str]:
        """Be heard of; everyone who was heard of lately. The last known ones while Redis refuses to be written.

        Raises StreamUnavailable.
        """
        try:
            (members,) = await self._beat.run([(self._key, (self.name, int(MEMBER_SECONDS * 1_000)))])
        except StreamUnavailable as refused:
            if not any(word in str(refused) for word in _UNWRITABLE):
                raise
        else:
            self._known = frozenset(member.decode() for member in members) | {self.name}
        return self._known

    async def leave(self) -> None:
        """Say goodbye, so that nobody waits for the next heartbeat. Raises StreamUnavailable."""
        try:
            await self._client.zrem(self._key, self.name)
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
