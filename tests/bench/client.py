"""HTTP/1.1 by hand, on asyncio: a client library would be the slowest part of the measurement.

It knows just what servers here answer: keep-alive, one request at a time, each answer with a Content-Length (RFC 9112).
"""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple, cast

HOST: Final = "127.0.0.1"
_END_OF_HEAD: Final = b"\r\n\r\n"


class Answer(NamedTuple):
    """`head` is the status line and the headers as they came."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header. Raises KeyError when it is missing."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        raise KeyError(name)


class ConnectionLost(Exception):
    """The server hung up while an answer was due."""


Answered = Callable[["Connection", Answer], None]


class Connection(asyncio.Protocol):
    """One keep-alive connection. `answered` is called with every answer, `lost` when the server hangs up."""

    def __init__(self, answered: Answered, lost: Callable[[Exception], None]) -> None:
        self._answered = answered
        self._lost = lost
        self._buffer = b""
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are no subclasses

    def send(self, request: bytes) -> None:
        """Send one request; the answer to the one before must have come."""
        self._transport.write(request)

    def close(self) -> None:
        self._closing = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        answer = read_answer(buffer)
        if answer is None:
            self._buffer = buffer
            return
        self._buffer = b""
        self._answered(self, answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closing:
            self._lost(ConnectionLost(str(exc or "the server closed the connection")))


def read_answer(received: bytes) -> Answer | None:
    """The answer in `received`, None while it is not whole. Raises ValueError for what is no such answer."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = received[:end]
    start = head.lower().find(b"\r\ncontent-length:")
    if start < 0:
        raise ValueError(f"an answer without Content-Length: {head!r}")
    stop = head.find(b"\r\n", start + 2)
    length = int(head[start + 17 : stop if stop > 0 else end])
    body = received[end + 4 :]
    if len(body) < length:
        return None
    if len(body) > length:
        raise ValueError("more bytes than one answer has")
    return Answer(int(head[9:12]), head, body)


def write_request(method: str, path: str, body: bytes = b"", headers: tuple[str, ...] = ()) -> bytes:
    """The bytes of one request; `body` is JSON."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def connect(port: int, answered: Answered, lost: Callable[[Exception], None]) -> Connection:
    """A connection to a server on this machine. Raises OSError when nobody listens."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(answered, lost), HOST, port)
    return connection


async def ask(port: int, request: bytes) -> Answer:
    """One request on a connection of its own. Raises OSError, ConnectionLost, TimeoutError after 10 s."""
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def lost(error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    connection = await connect(port, lambda _, got: answer.set_result(got), lost)
    try:
        async with asyncio.timeout(10):
            connection.send(request)
            return await answer
    finally:
        connection.close()
