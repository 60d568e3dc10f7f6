"""Requests for replays and the replies to them, in Redis Streams."""

import asyncio
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from orders_contracts.replay import REPLAY_REQUESTS, REPLY_SECONDS, REQUEST_FIELD, REQUEST_SECONDS, REQUESTS_KEPT
from orders_contracts.streams import entry_id
from outbox_relay.adapters.redis_script import Script, unavailable
from outbox_relay.application.replay_ports import Asked, Mail, Piece

_PATIENCE: Final = 5.0
"""Seconds beyond the wait. Longer means that the way to Redis is dead; the connection is given up."""
_FIELD: Final = REQUEST_FIELD.encode()

_Id = tuple[int, int]


class RedisRequests:
    """The requests on the server at `url`. What was read is remembered, so each comes once."""

    def __init__(self, url: str) -> None:
        # A socket timeout or a retry of redis-py's own would cut a blocking read short and do it again in secret.
        self._client: Redis = Redis.from_url(
            url,
            protocol=2,
            socket_connect_timeout=2,
            socket_timeout=None,
            retry=None,
            client_name="outbox-relay",
            driver_info=None,
        )
        self._client.set_response_callback("XREAD", _as_it_came)
        self._client.set_response_callback("XREVRANGE", _as_it_came)
        self._after: _Id | None = None

    async def read(self, wait_seconds: float) -> Mail:
        """See Requests."""
        try:
            async with asyncio.timeout(wait_seconds + _PATIENCE):
                if self._after is None:
                    self._after = _oldest(await self._now())
                entries = await self._entries(self._after, wait_seconds)
                now = await self._now()
                if entries:
                    self._after = _id(entries[-1][0])
                elif await self._newest() < self._after:
                    # The stream was lost, and its clock may have been set back.
                    self._after = _oldest(now)
        except (RedisError, OSError, TimeoutError) as error:
            raise unavailable(error) from error
        return Mail(now, [Asked(_data(fields), _id(entry)[0] / 1_000) for entry, fields in entries])

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def _entries(self, after: _Id, wait_seconds: float) -> list[Any]:
        block = ("BLOCK", max(1, int(wait_seconds * 1_000))) if wait_seconds > 0 else ()
        start = f"{after[0]}-{after[1]}"
        command = ("XREAD", "COUNT", REQUESTS_KEPT, *block, "STREAMS", REPLAY_REQUESTS, start)
        reply: list[Any] | None = await self._client.execute_command(*command)  # type: ignore[no-untyped-call]
        return reply[0][1] if reply else []

    async def _newest(self) -> _Id:
        command = ("XREVRANGE", REPLAY_REQUESTS, "+", "-", "COUNT", 1)
        found: list[Any] = await self._client.execute_command(*command)  # type: ignore[no-untyped-call]
        return _id(found[0][0]) if found else (0, 0)

    async def _now(self) -> float:
        seconds, microseconds = await self._client.time()
        return float(seconds) + float(microseconds) / 1_000_000


class RedisReplies:
    """Replies written over `client`. Closing it is the caller's business."""

    def __init__(self, client: Redis) -> None:
        self._script = Script(client, "reply.lua")

    async def write(self, reply_to: str, piece: Piece, after: int) -> bool:
        """See Replies."""
        arguments: list[Any] = [REPLY_SECONDS, after, piece.prev]
        for sequence, (_, event_id, type_, data) in enumerate(piece.rows, piece.first):
            arguments += (sequence, entry_id(sequence), event_id, type_, data)
        (written,) = await self._script.run([(reply_to, arguments)])
        return bool(written)


def _as_it_came(response: Any, **_: Any) -> Any:
    return response


def _oldest(now: float) -> _Id:
    return int((now - REQUEST_SECONDS) * 1_000), 0


def _id(entry: bytes) -> _Id:
    milliseconds, _, number = entry.partition(b"-")
    return int(milliseconds), int(number)


def _data(fields: list[bytes]) -> bytes:
    return dict(zip(fields[::2], fields[1::2], strict=True)).get(_FIELD, b"")
