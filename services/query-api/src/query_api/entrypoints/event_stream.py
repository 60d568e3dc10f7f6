"""An answer that does not end: Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Nothing is held for a client who does not read: what was sent must have left this process before more is looked up.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from query_api.application.following import Following
from query_api.application.views import Change
from query_api.entrypoints.open_streams import Ending, OpenStreams

MEDIA_TYPE: Final = "text/event-stream"
RETRY_MILLISECONDS: Final = 2_000
_BEGIN: Final = format_sse_event(retry=RETRY_MILLISECONDS)
_HEARTBEAT: Final = format_sse_event(comment="")
_HEADERS: Final = (
    (b"content-type", MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # asks nginx to pass on at once
)


class EventStream(Response):
    """Tells what comes, until all is told, the client goes or does not read, or the process or the stream's time ends.

    `headers` come beside those that every stream has. Raises Unavailable, before anything is sent, where there are too
    many streams.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        following: Following,
        streams: OpenStreams,
        headers: Sequence[tuple[bytes, bytes]] = (),
        *,
        headers_only: bool = False,
    ) -> None:
        self.status_code = 200
        self.raw_headers = [*_HEADERS, *headers]
        self._following = following
        self._streams = streams
        self._limits = streams.limits
        self._headers_only = headers_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.one(scope) as stream, self._following.standing():
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with self._noticing(receive) as gone:
                stream.ending = await self._run(send)
                if stream.ending == "slow":
                    stream.cut()
                    await asyncio.wait({gone}, timeout=1)
                elif stream.ending != "gone":
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _run(self, send: Send) -> Ending:
        if self._headers_only:
            return "complete"
        try:
            await self._tell(send)
        except TimeoutError:
            return "slow"
        return self._following.ending or "aged"

    async def _tell(self, send: Send) -> None:
        """Raises TimeoutError where the client takes too long."""
        now = asyncio.get_running_loop().time
        ends = now() + self._limits.life * random.uniform(0.9, 1.1)  # noqa: S311 - not all that came together at once
        await self._write(send, _BEGIN)
        while not self._following.ending and (left := ends - now()) > 0:
            changes = await self._following.more(min(self._limits.heartbeat, left))
            if changes or not self._following.ending:
                await self._write(send, b"".join(map(_event, changes)) or _HEARTBEAT)

    async def _write(self, send: Send, events: bytes) -> None:
        async with asyncio.timeout(self._limits.patience):
            await send({"type": "http.response.body", "body": events, "more_body": True})
            # This one waits until the other has been taken.
            await send({"type": "http.response.body", "body": b"", "more_body": True})

    @asynccontextmanager
    async def _noticing(self, receive: Receive) -> AsyncIterator[asyncio.Task[None]]:
        """For the length of the block, a client who goes is noticed; the task ends then."""
        gone = asyncio.create_task(self._until_gone(receive))
        try:
            yield gone
        finally:
            gone.cancel()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._following.leave()


def _event(change: Change) -> bytes:
    return format_sse_event(id=str(change.version), data_str=change.body.decode())
