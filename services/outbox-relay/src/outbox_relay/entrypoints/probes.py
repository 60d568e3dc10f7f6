"""The worker's own small HTTP server: is it alive, is it ready, what are its figures."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, ProcessCollector, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Readiness = Callable[[], Awaitable[list[str]]]
"""Answers the reasons why the process is not ready; none means ready."""

Status = Callable[[], Mapping[str, Any]]
"""Answers how the process fares, ready to be written as JSON."""


def probes_app(readiness: Readiness, status: Status, registry: CollectorRegistry) -> Starlette:
    """`/livez`, `/readyz`, `/status` and `/metrics`, whose figures `registry` collects."""
    ProcessCollector(registry=registry)
    ready = Gauge("service_ready", "1: /readyz says so.", registry=registry)

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        reasons = await readiness()
        return JSONResponse(
            {"status": "unready" if reasons else "ready", "reasons": reasons}, status_code=503 if reasons else 200
        )

    async def tell_status(_request: Request) -> Response:
        return JSONResponse(status())

    async def metrics(_request: Request) -> Response:
        ready.set(not await readiness())
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    pages = {"/livez": livez, "/readyz": readyz, "/status": tell_status, "/metrics": metrics}
    return Starlette(routes=[Route(path, page) for path, page in pages.items()])


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError: the address is wrong or taken."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class ProbeServer(uvicorn.Server):
    """Serves the probes and leaves signals alone: uvicorn would re-raise SIGTERM and kill the batch in hand."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, access_log=False, log_config=None, timeout_graceful_shutdown=1))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """The process owns its signals."""
        yield
