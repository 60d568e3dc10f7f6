"""A TCP proxy on every link between a process and an engine: it can be cut, slowed and turned into a black hole.

A black hole takes what is sent and passes nothing on, not even the news that one end has hung up. When it ends, what
was held is either delivered late or the connections are reset, as with a network that comes back or does not.
"""

import asyncio
from collections import deque
from typing import Final, Literal, cast

LOOPBACK: Final = "127.0.0.1"
Mode = Literal["open", "cut", "slow", "hole"]


class Link:
    """One link. `dropped` and `refused` count connections, `delayed` and `held` pieces of data, since it was made;
    `ends` is how many ends of connections are open.
    """

    def __init__(self, name: str, upstream: int) -> None:
        """`upstream` is the port of the engine, on loopback."""
        self.name = name
        self.upstream = upstream
        self.mode: Mode = "open"
        self.delay = 0.0
        self.dropped = self.delayed = self.held = self.refused = 0
        self.ends = 0
        self.pipes: set[Pipe] = set()
        self._server: asyncio.Server | None = None
        self._passable = asyncio.Event()
        self._passable.set()

    @property
    def port(self) -> int:
        """Where it listens. Raises RuntimeError before it is opened."""
        if self._server is None:
            raise RuntimeError(f"{self.name} is not open")
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self, port: int = 0) -> None:
        """Listen on `port`, or on a free one. Raises OSError."""
        self._server = await asyncio.get_running_loop().create_server(lambda: End(self), LOOPBACK, port)

    def close(self) -> None:
        """Stop listening and hang up."""
        self.drop_all()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Reset every connection, and every new one until `restore`."""
        self.mode = "cut"
        self.drop_all()

    def slow_down(self, seconds: float) -> None:
        """Deliver every piece so much later, in each direction."""
        self.mode, self.delay = "slow", seconds

    def swallow(self) -> None:
        """Pass nothing on until `restore`."""
        self.mode = "hole"
        self._passable.clear()

    def restore(self, *, reset: bool = False) -> None:
        """Pass everything on again; with `reset`, what was connected is reset instead."""
        self.mode, self.delay = "open", 0.0
        if reset:
            self.drop_all()
        self._passable.set()
        for pipe in list(self.pipes):
            pipe.release()

    def drop_all(self) -> None:
        """Reset every connection."""
        for pipe in list(self.pipes):
            self.dropped += 1
            pipe.abort()

    async def passable(self) -> None:
        """Wait while it is a black hole."""
        await self._passable.wait()


class Pipe:
    """The two ends of one connection."""

    def __init__(self, link: Link, near: "End") -> None:
        self.link = link
        self.near = near
        self.far = End(link)
        near.pipe = self.far.pipe = self
        near.other, self.far.other = self.far, near
        link.pipes.add(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        await self.link.passable()
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.far, LOOPBACK, self.link.upstream)
        except OSError:
            self.abort()

    def release(self) -> None:
        self.near.drain()
        self.far.drain()

    def abort(self) -> None:
        self._connecting.cancel()
        self.link.pipes.discard(self)
        for end in (self.near, self.far):
            if end.transport is not None:
                end.transport.abort()

    def forget(self) -> None:
        self.link.pipes.discard(self)


class End(asyncio.Protocol):
    """One end: passes on to the other what it receives, in order, at the link's pace."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.pipe: Pipe | None = None
        self.other: End | None = None
        self._queue: deque[tuple[float, bytes | None]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are no subclasses
        self._link.ends += 1
        if self.pipe is not None:
            if self.other is not None:
                self.other.drain()
        elif self._link.mode == "cut":
            self._link.refused += 1
            self.transport.abort()
        else:
            Pipe(self._link, self)

    def data_received(self, data: bytes) -> None:
        other = self.other
        if self._link.mode == "open" and not self._queue and other is not None and other.transport is not None:
            other.transport.write(data)
        else:
            self._keep(data)

    def eof_received(self) -> None:
        """Close, as the default does."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._link.ends -= 1
        if self.pipe is not None and self.other is not None:
            self._keep(None)

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def drain(self) -> None:
        """Pass on all that is due."""
        other = self.other
        if other is None or other.transport is None or self._link.mode == "hole":
            return
        while self._queue and (self._queue[0][0] <= self._loop.time() + 0.001):
            _, data = self._queue.popleft()
            if data is None:
                other.transport.close()
                if self.pipe is not None:
                    self.pipe.forget()
            elif not other.transport.is_closing():
                other.transport.write(data)
        if self._queue:
            self._loop.call_at(self._queue[0][0], self.drain)

    def _keep(self, data: bytes | None) -> None:
        if self._link.mode == "hole":
            self._link.held += 1
        elif self._link.mode == "slow":
            self._link.delayed += 1
        self._queue.append((self._loop.time() + self._link.delay, data))
        self.drain()
