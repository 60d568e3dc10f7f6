"""Answers requests for replays out of a list, as a relay answers them out of its log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import redis.asyncio as aioredis

from orders_contracts.replay import REPLAY_REQUESTS, REPLY_SECONDS, REQUEST_FIELD, ReplayRequest, decode_request
from orders_contracts.streams import FIELD_DATA, FIELD_EVENT_ID, FIELD_PREV, FIELD_TYPE, entry_id
from tests.fakes.projector_events import NumberedLog
from tests.suites.beside import beside


class Replier:
    """Keeps the requests that it was asked."""

    def __init__(self, redis_url: str, log: NumberedLog) -> None:
        self._client = aioredis.Redis.from_url(redis_url)
        self._log = log
        self._seen = b"0-0"
        self.requests: list[ReplayRequest] = []

    async def run(self) -> None:
        """Answer, until cancelled. A stream that went back is read from the start."""
        while True:
            found: Any = await self._client.xread({REPLAY_REQUESTS: self._seen}, block=20)
            if not found:
                self._seen = self._seen if await self._client.exists(REPLAY_REQUESTS) else b"0-0"
            for _, entries in found:
                for number, fields in entries:
                    self._seen = number
                    await self._answer(decode_request(fields[REQUEST_FIELD.encode()]))

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def _answer(self, request: ReplayRequest) -> None:
        self.requests.append(request)
        last = request.first - 1 + request.count
        async with self._client.pipeline(transaction=True) as pipe:
            for entry in self._log.partitions[request.partition][request.first - 1 : last]:
                fields = {
                    FIELD_EVENT_ID: entry.event_id,
                    FIELD_TYPE: self._log.types[entry.event_id],
                    FIELD_PREV: entry.prev,
                    FIELD_DATA: entry.data,
                }
                pipe.xadd(request.reply_to, fields, id=entry_id(entry.sequence))  # type: ignore[arg-type]
            pipe.expire(request.reply_to, REPLY_SECONDS)
            with suppress(aioredis.ResponseError):
                await pipe.execute()


@asynccontextmanager
async def replier(redis_url: str, log: NumberedLog) -> AsyncIterator[Replier]:
    """One that answers until the end of the block."""
    one = Replier(redis_url, log)
    try:
        async with beside(one.run()):
            yield one
    finally:
        await one.close()
