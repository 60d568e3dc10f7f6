"""uvicorn, run by this process and not the other way round."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Generator
from typing import Final

import structlog
import uvicorn

from command_api.composition.service import application
from command_api.entrypoints.drain import Drain
from command_api.settings import Settings

_BACKLOG: Final = 2_048
"""Connections that may wait to be accepted."""


def listen(settings: Settings) -> socket.socket:
    """Take the port. Raises OSError where it is not to be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer requests until SIGTERM or SIGINT; then end those in flight, and return."""
    drain = Drain(settings.drain_seconds)
    server = _Server(
        uvicorn.Config(
            application(settings, drain),
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # nothing here asks for the client's address or scheme
            timeout_keep_alive=65,  # longer than a gateway's, which is then the one to close
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )
    gc.freeze()  # what the modules have made stays for good: no collection need look at it again
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drain.begin, server.stop)
    structlog.stdlib.get_logger().info("serving", host=settings.host, port=settings.port)
    await server.serve(sockets=[listener])
    structlog.stdlib.get_logger().info("stopped")


class _Server(uvicorn.Server):
    """Leaves signals to the process: uvicorn would raise SIGTERM again after a clean end, and exit by it."""

    def stop(self) -> None:
        """End soon, with what is in flight answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
