"""uvicorn, run by this process and not the other way round."""

import contextlib
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from query_api.entrypoints.open_streams import TRANSPORT

GRACE_SECONDS = 8
"""How long requests in flight may take once the process is told to stop."""


class Protocol(HttpToolsProtocol):
    """Lets a request reach the connection that it came by: only there one can tell what a client has not taken yet."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][TRANSPORT] = self.transport


class Server(uvicorn.Server):
    """Serves until `should_exit` is set; the process owns its signals (uvicorn would raise them again at the end)."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=65,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
