"""A server that does nothing but answer: against it the client shows how fast it can be itself.

Run as `python -m tests.bench.baselines.trivial_server PORT`; stops on SIGTERM.
"""

import asyncio
import signal
import sys
from typing import Final, cast

import uvloop

BODY: Final = b'{"status": "ready", "padding": "' + b"x" * 1_200 + b'"}'
"""As long as an order."""
ANSWER: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Trivial(asyncio.Protocol):
    """Takes whatever comes for one request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are no subclasses

    def data_received(self, data: bytes) -> None:
        self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Answer until SIGTERM."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(Trivial, "127.0.0.1", port)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
