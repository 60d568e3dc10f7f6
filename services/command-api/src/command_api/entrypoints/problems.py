"""Every refusal as a problem document (RFC 9457)."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from command_api.application.errors import (
    ConcurrentUpdate,
    KeyInFlight,
    KeyReused,
    OutsideUnavailable,
    StaleVersion,
    Unavailable,
)
from command_api.entrypoints.problem_kinds import MEDIA_TYPE, NOTHING_MORE, PROBLEMS, type_of
from orders_domain import errors as domain


class RequestProblem(Exception):
    """A request that is refused for its form, before any rule is asked."""

    def __init__(self, code: str, detail: str) -> None:
        """`code` is a key of PROBLEMS."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


def problem(
    scope: Mapping[str, Any],
    code: str,
    detail: str,
    *,
    extra: Mapping[str, object] = NOTHING_MORE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem document for the request of this ASGI `scope`; `code` is a key of PROBLEMS."""
    kind = PROBLEMS[code]
    retry = {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}
    document = {
        **extra,
        "type": type_of(code),
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": scope["path"],
        "code": code,
        "trace_id": scope.get("state", {}).get("request_id"),
    }
    return Response(orjson.dumps(document), kind.status, {**(headers or {}), **retry}, MEDIA_TYPE)


def refusal(scope: Mapping[str, Any], error: Exception) -> Response:  # noqa: PLR0911 - one for each kind
    """What a command was refused for, or failed by, as a problem document."""
    match error:
        case domain.DomainError():
            return problem(scope, error.code, error.detail, extra=error.extra)
        case StaleVersion():
            return problem(scope, "stale_version", str(error), extra={"current_version": error.current_version})
        case OutsideUnavailable():
            return problem(scope, "unavailable", f"{error} Nothing has been changed.")
        case Unavailable():
            detail = "Something this service needs does not answer. Whether the command took effect may be unknown."
            return problem(scope, "unavailable", detail)
        case ConcurrentUpdate():
            detail = "Others keep changing this at the same time. Try again."
            return problem(scope, "concurrent_update", detail)
        case KeyInFlight():
            detail = "The first request under this key has not ended yet. Send this one again."
            return problem(scope, "idempotency_key_in_flight", detail)
        case KeyReused():
            detail = "This key was used for another command. A new command takes a new key."
            return problem(scope, "idempotency_key_reused", detail)
        case _:
            return internal_error(scope)


async def _refused(request: Request, error: Exception) -> Response:
    return refusal(request.scope, error)


async def _request_problem(request: Request, error: RequestProblem) -> Response:
    return problem(request.scope, error.code, error.detail)


async def _validation_failed(request: Request, error: RequestValidationError) -> Response:
    errors = [{"pointer": _pointer(found["loc"]), "detail": found["msg"]} for found in error.errors()]
    detail = "The request is not of the form it must have."
    return problem(request.scope, "validation_failed", detail, extra={"errors": errors})


async def _http_exception(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = ", ".join(_allowed_methods(request))
            detail = f"This path takes {allowed}."
            return problem(request.scope, "method_not_allowed", detail, headers={"Allow": allowed})
        case HTTPStatus.NOT_FOUND:
            return problem(request.scope, "not_found", "There is nothing at this path.")
        case _:
            return problem(request.scope, "malformed_request", str(error.detail))


def internal_error(scope: Mapping[str, Any]) -> Response:
    """What a client is told of a fault of ours: nothing but the id to find it by."""
    return problem(scope, "internal_error", "This is our fault, not yours. The trace id finds it in our logs.")


def install_problems(app: FastAPI) -> None:
    """Let every exception of this page be answered as it says here."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        domain.DomainError: _refused,
        StaleVersion: _refused,
        ConcurrentUpdate: _refused,
        KeyInFlight: _refused,
        KeyReused: _refused,
        Unavailable: _refused,
        RequestProblem: _request_problem,
        RequestValidationError: _validation_failed,
        HTTPException: _http_exception,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901) into the body, or the name of what else was wrong, such as `path/order_id`."""
    where, *rest = location
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in rest)
    return steps if where == "body" else f"{where}{steps}"


def _allowed_methods(request: Request) -> list[str]:
    routes: list[BaseRoute] = request.app.router.routes
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
