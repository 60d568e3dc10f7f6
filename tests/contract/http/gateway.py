"""deploy/gateway/routes.toml as an ASGI application: one address for both services, without a server."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.contract.gateway.routes import Request, rows, service_for

_NOWHERE: Final = PlainTextResponse("", 404)


class Gateway:
    """Hands each request to the service that the table names."""

    def __init__(self, services: Mapping[str, ASGIApp]) -> None:
        """`services` by the names that the table uses."""
        self._services = services
        self._table = rows()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = service_for(Request(scope["method"], scope["path"]), self._table)
        answerer = _NOWHERE if service is None else self._services[service]
        await answerer(scope, receive, send)
