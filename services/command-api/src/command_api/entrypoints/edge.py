"""What every request meets first: an id, a line in the log, a last net. Pure ASGI, for speed."""

import re
from time import perf_counter
from typing import Final
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from command_api.entrypoints.problems import internal_error

CLIENT_LEFT: Final = 499
"""In the log only: nobody is there to be answered."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_log = structlog.stdlib.get_logger()


class Edge:
    """Wraps the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send)
        try:
            await self._app(scope, receive, request.send)
        except ClientDisconnect:
            request.status = CLIENT_LEFT
        except Exception:  # noqa: BLE001 - the last net: logged whole, and told to the client without details
            _log.exception("request failed", correlation_id=request.id, method=scope["method"], path=scope["path"])
            if not request.status:
                await internal_error(scope)(scope, receive, request.send)
        finally:
            request.log()


class _Request:
    """One request on its way through."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._started = perf_counter()
        self.status = 0
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = given.decode() if _REQUEST_ID.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.id.encode())]
        await self._send(message)

    def log(self) -> None:
        if self._scope["path"] in {"/livez", "/readyz", "/metrics"}:
            return
        _log.info(
            "request",
            correlation_id=self.id,
            method=self._scope["method"],
            path=self._scope["path"],
            status=self.status,
            milliseconds=round((perf_counter() - self._started) * 1000, 2),
        )
