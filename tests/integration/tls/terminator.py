"""TLS in front of an engine that has none: the engines of the wheels were built without it.

Clients see what they would see of a server with TLS: the handshake, and with Postgres the question before it
(PostgreSQL's documentation, "SSL Session Encryption").
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import trustme

_SSL_REQUEST: Final = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")
_GSS_REQUEST: Final = (8).to_bytes(4, "big") + (80_877_104).to_bytes(4, "big")
LOOPBACK: Final = "127.0.0.1"
PIECE: Final = 65_536
GOODBYE: Final = 1.0
"""Seconds."""


class Terminator:
    """Listens on `port`, speaks TLS there with `certificate`, and passes all on to the engine on `upstream`.

    `encrypted` counts the connections that came that far.
    """

    def __init__(self, upstream: int, certificate: trustme.LeafCert, *, postgres: bool) -> None:
        self.encrypted = 0
        self._upstream = upstream
        self._postgres = postgres
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._context)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens. Raises RuntimeError before it is opened."""
        if self._server is None:
            raise RuntimeError("not open")
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Listen on a free port."""
        at_once = None if self._postgres else self._context
        self._server = await asyncio.start_server(self._begin, LOOPBACK, 0, ssl=at_once)

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _hung_up_in_the_end(writer):
            if self._postgres:
                await self._agree(reader, writer)
            self.encrypted += 1
            engine_reader, engine_writer = await asyncio.open_connection(LOOPBACK, self._upstream)
            async with _hung_up_in_the_end(engine_writer):
                ways = [_pass_on(reader, engine_writer), _pass_on(engine_reader, writer)]
                passing = [asyncio.ensure_future(way) for way in ways]
                try:
                    await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for one in passing:
                        one.cancel()
                    await asyncio.gather(*passing, return_exceptions=True)

    async def _agree(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Whoever asks for anything but TLS is hung up on."""
        while (asked := await reader.readexactly(8)) == _GSS_REQUEST:
            writer.write(b"N")
        if asked != _SSL_REQUEST:
            raise ConnectionError("not encrypted")
        writer.write(b"S")
        await writer.start_tls(self._context)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()


@asynccontextmanager
async def _hung_up_in_the_end(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Whatever comes of the connection; that it broke is nobody's concern here."""
    try:
        with suppress(OSError, asyncio.IncompleteReadError):  # ssl.SSLError is an OSError
            yield
    finally:
        writer.close()
        try:
            async with asyncio.timeout(GOODBYE):
                await writer.wait_closed()  # over TLS this takes the other side's goodbye, which may never come
        except TimeoutError:
            writer.transport.abort()  # not always: Python 3.11.2 fails on one that is closed
        except OSError:
            pass


@contextmanager
def tls_before(upstream: int, certificate: trustme.LeafCert, *, postgres: bool) -> Iterator[Terminator]:
    """A terminator that runs beside the test until the end of the block."""
    terminator = Terminator(upstream, certificate, postgres=postgres)
    loop = asyncio.new_event_loop()
    log = logging.getLogger("asyncio")
    level = log.level
    log.setLevel(logging.ERROR)  # before 3.12 asyncio warns of itself at the end of each connection (eof_received)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(terminator.open(), loop).result(10)
        yield terminator
    finally:
        asyncio.run_coroutine_threadsafe(terminator.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        log.setLevel(level)
