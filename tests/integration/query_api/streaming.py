"""Clients of event streams, on sockets: those that read, and one that does not."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import httpx

from tests.integration.query_api.process import Process
from tests.integration.query_api.running import until
from tests.web import PLAIN

PATIENCE_SECONDS: Final = 20
NO_HEADERS: Final[Mapping[str, str]] = {}


class Event(NamedTuple):
    """What a client of server-sent events makes of one; a comment has no id."""

    id: int | None
    data: bytes


class Stream:
    """An open one. `head` is the answer as far as it is there."""

    def __init__(self, head: httpx.Response) -> None:
        self.head = head
        self._lines = head.aiter_lines()

    async def next(self) -> Event | None:
        """The next event or comment; None where the stream has ended. Raises TimeoutError."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                if not line and fields:
                    return Event(int(fields["id"]) if "id" in fields else None, fields.get("data", "").encode())
                name, _, value = line.partition(":")
                if line and name != "retry":
                    fields[name] = value.removeprefix(" ")
        return None

    async def event(self) -> Event:
        """The next one that is no comment. Raises AssertionError where the stream ends before."""
        while (event := await self.next()) is not None:
            if event.id is not None:
                return event
        raise AssertionError("the stream has ended")

    async def rest(self) -> list[Event]:
        """All events until it ends, without comments."""
        events = []
        while (event := await self.next()) is not None:
            events += [event] if event.id is not None else []
        return events


@asynccontextmanager
async def stream(process: Process, path: str, headers: Mapping[str, str] = NO_HEADERS) -> AsyncIterator[Stream]:
    """Opens `path` and goes away at the end of the block. Raises AssertionError, with the problem, if it is refused."""
    async with (
        httpx.AsyncClient(base_url=process.url, verify=PLAIN, timeout=PATIENCE_SECONDS) as client,
        client.stream("GET", path, headers=headers) as head,
    ):
        assert head.status_code == httpx.codes.OK, (await head.aread()).decode()
        yield Stream(head)


def deaf(process: Process, path: str, seen: int) -> socket.socket:
    """Asks for all that comes behind the event `seen`, and reads nothing of the answer."""
    asking = socket.socket()
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    asking.settimeout(PATIENCE_SECONDS)
    asking.connect(("127.0.0.1", process.port))
    asking.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {seen}\r\n\r\n".encode())
    return asking


def until_cut(one: socket.socket) -> int:
    """How many bytes of the answer came before the connection was reset. Raises AssertionError if it ended in form."""
    size = 0
    try:
        while chunk := one.recv(65_536):
            size += len(chunk)
    except ConnectionResetError:
        return size
    raise AssertionError("it was not cut")


async def crowd(process: Process, path: str, size: int) -> list[asyncio.StreamReader]:
    """As many open streams, each of which has told its first event."""

    async def one() -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await reader.readuntil(b"\nid: ")
        _kept.append(writer)
        return reader

    return await asyncio.gather(*(one() for _ in range(size)))


_kept: Final[list[asyncio.StreamWriter]] = []
"""A writer that nobody holds closes its connection."""


def figure(process: Process, name: str) -> float:
    """A sample of /metrics; 0 where there is none."""
    page = httpx.get(f"{process.url}/metrics", verify=PLAIN).text
    return next((float(line.split()[-1]) for line in page.splitlines() if line.startswith(f"{name} ")), 0)


async def until_figure(process: Process, name: str, value: float) -> None:
    """Return as soon as it has this value. Raises TimeoutError."""
    await until(lambda: figure(process, name) == value, PATIENCE_SECONDS)
