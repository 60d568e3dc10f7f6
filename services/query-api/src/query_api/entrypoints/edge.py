"""The outermost layer, plain ASGI: request ids, HEAD, errors as problems; a log line and an observation a request."""

import logging
import re
from time import perf_counter
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from query_api.entrypoints.metrics import RequestMetrics
from query_api.entrypoints.problems import malformed, problem_of, problem_response

HEADERS_ONLY: Final = "headers_only"
"""In the scope of a request whose answer is wanted without its body, for answers that would not end."""
_REQUEST_ID: Final = b"x-request-id"
_VALID_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class Edge:
    """Wraps the router; nothing gets past it but answers."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Exchange(scope, send, self._metrics, self._log).run(self._app, receive)
        else:
            await self._app(scope, receive, send)


class Exchange:
    """One request and its answer."""

    __slots__ = ("_answered", "_head", "_log", "_metrics", "_request_id", "_scope", "_send", "_status")

    def __init__(self, scope: Scope, send: Send, metrics: RequestMetrics, log: FilteringBoundLogger) -> None:
        self._send = send
        self._metrics = metrics
        self._log = log
        self._status = 0
        self._answered = 0.0
        self._request_id = _request_id(scope)
        self._head = scope["method"] == "HEAD"
        # The server looks at its own scope to know that a HEAD has no body; the router shall see a GET.
        self._scope = {**scope, "method": "GET", HEADERS_ONLY: True} if self._head else scope

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        started = perf_counter()
        try:
            if b"%" in self._scope["raw_path"]:
                _refuse_broken_path(self._scope["raw_path"])
            await app(self._scope, receive, self._answer)
        except Exception as error:  # noqa: BLE001 - this is where every error ends
            await self._fail(error, receive)
        finally:
            self._note(self._answered - started)

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._answered = perf_counter()  # a stream may go on for hours after this
            message["headers"].append((_REQUEST_ID, self._request_id))
        elif self._head:
            message = {**message, "body": b""}
        await self._send(message)

    async def _fail(self, error: Exception, receive: Receive) -> None:
        problem = problem_of(error)
        if problem.status == 500:
            self._log.error("request failed", correlation_id=self._request_id.decode(), exc_info=error)
        if self._status:
            return
        instance = self._scope["raw_path"].decode("ascii", "replace")
        response = problem_response(problem, instance, self._request_id.decode())
        await response(self._scope, receive, self._answer)

    def _note(self, seconds: float) -> None:
        if not self._status:
            return
        route = getattr(self._scope.get("route"), "path_format", "(none)")
        method = "HEAD" if self._head else self._scope["method"]
        self._metrics.observe(method, route, self._status, seconds)
        level = logging.DEBUG if self._status < 400 else logging.INFO if self._status < 500 else logging.ERROR
        if not self._log.is_enabled_for(level):
            return
        self._log.log(
            level,
            "request",
            method=method,
            path=self._scope["path"],
            status=self._status,
            duration_ms=round(seconds * 1000, 3),
            correlation_id=self._request_id.decode(),
        )


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _REQUEST_ID and _VALID_ID.fullmatch(value) is not None:
            return bytes(value)
    return str(uuid4()).encode()


def _refuse_broken_path(raw_path: bytes) -> None:
    try:
        unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("The path is not percent-encoded UTF-8.") from None
