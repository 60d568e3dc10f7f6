"""The event streams of this process: how many there may be, how they end, and all of them at once when it stops."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import SO_LINGER, SO_SNDBUF, SOL_SOCKET
from struct import pack
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge
from starlette.types import Scope

from query_api.application.errors import Unavailable

TRANSPORT: Final = "transport"
"""Where the server puts the connection's transport, in the `state` of a request."""
ENDING_SECONDS: Final = 1.0
"""So long after the word to stop a connection that has not taken the end of its stream is cut."""
KERNEL_BYTES: Final = 65_536
"""What the system may hold back of one stream; left to itself it takes megabytes."""
_DROP_WHAT_IS_LEFT: Final = pack("ii", 1, 0)

Ending = Literal["gone", "complete", "aged", "stopped", "slow", "failed", "refused"]
"""The client went; all was told; it was old enough; the process stops; the client did not read; a fault; no room."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """For one process: how many streams. For one stream, in seconds: of silence, of not taking, of life."""

    most: int = 1_000
    heartbeat: float = 15
    patience: float = 10
    life: float = 3_600


class OpenStream:
    """One of them. `ending` is what is counted when it is over."""

    def __init__(self, scope: Scope) -> None:
        self.ending: Ending = "failed"
        self._transport = scope.get("state", {}).get(TRANSPORT)
        if self._connected:
            # So that a send comes back when the system has taken everything, and this process holds nothing.
            self._transport.set_write_buffer_limits(high=0)
            self._set(SO_SNDBUF, KERNEL_BYTES)

    def cut(self) -> None:
        """End the connection without another byte; to close it would wait for a client who does not read."""
        if self._connected:
            self._set(SO_LINGER, _DROP_WHAT_IS_LEFT)
            self._transport.abort()

    @property
    def _connected(self) -> bool:
        return self._transport is not None and self._transport.get_extra_info("socket").fileno() >= 0

    def _set(self, option: int, value: int | bytes) -> None:
        self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, option, value)


class OpenStreams:
    """All of them."""

    def __init__(self, limits: StreamLimits, registry: CollectorRegistry) -> None:
        self.limits = limits
        self._open: set[OpenStream] = set()
        open_now = Gauge("event_streams_open", "Event streams that are open now.", registry=registry)
        open_now.set_function(self.__len__)
        ended = Counter("event_streams", "Event streams that ended, and how.", ("outcome",), registry=registry)
        self._ended: dict[Ending, Callable[[], None]] = {one: ended.labels(one).inc for one in get_args(Ending)}

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def one(self, scope: Scope) -> Iterator[OpenStream]:
        """A stream that answers the request of `scope`. Raises Unavailable where there are as many as there may be."""
        if len(self._open) >= self.limits.most:
            self._ended["refused"]()
            raise Unavailable("As many event streams are open here as there may be.")
        stream = OpenStream(scope)
        self._open.add(stream)
        try:
            yield stream
        finally:
            self._open.discard(stream)
            self._ended[stream.ending]()

    def end(self) -> None:
        """The process stops: streams end by themselves, and those whose clients do not read are cut soon after."""
        for stream in self._open:
            asyncio.get_running_loop().call_later(ENDING_SECONDS, stream.cut)
