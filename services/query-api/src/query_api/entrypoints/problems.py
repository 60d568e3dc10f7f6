"""Every error as `application/problem+json` (RFC 9457)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from query_api.application.errors import QueryError
from query_api.entrypoints.problem_kinds import MEDIA_TYPE, PROBLEMS, type_of


class FieldError(NamedTuple):
    """`pointer` is `/path/<name>`, `/query/<name>` or `/header/<name>`."""

    pointer: str
    detail: str


class Problem(Exception):
    """An answer that says what is wrong. `code` is a key of PROBLEMS."""

    def __init__(
        self, code: str, detail: str, *, errors: Sequence[FieldError] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status


def malformed(detail: str) -> Problem:
    """400: the request cannot even be read."""
    return Problem("malformed_request", detail)


def invalid(errors: Sequence[FieldError]) -> Problem:
    """422: it can be read, but says something that cannot be."""
    return Problem("validation_failed", " ".join(error.detail for error in errors[:3]), errors=errors)


def problem_of(error: Exception) -> Problem:
    """The problem that a client is told of when `error` ends its request. Nothing inside shows through a 500."""
    match error:
        case Problem():
            return error
        case QueryError():
            return Problem(error.code, str(error))
        case HTTPException(status_code=404):
            return Problem("not_found", "No route of this service has this path.")
        case HTTPException(status_code=405):
            return Problem("method_not_allowed", "This service answers questions: GET and HEAD.", headers=_allow(error))
        case _:
            return Problem("internal_error", "The request failed for a reason that has been logged.")


def problem_response(problem: Problem, instance: str, trace_id: str) -> Response:
    """The answer. `instance` is the path that was asked for, `trace_id` the request's id."""
    kind = PROBLEMS[problem.code]
    body: dict[str, Any] = {
        "type": type_of(problem.code),
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "trace_id": trace_id,
    }
    if problem.errors:
        body["errors"] = [error._asdict() for error in problem.errors]
    headers = dict(problem.headers)
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    return Response(orjson.dumps(body), kind.status, headers, MEDIA_TYPE)


def _allow(error: HTTPException) -> dict[str, str]:
    allowed = {one.strip() for one in (error.headers or {}).get("Allow", "").split(",") if one.strip()}
    return {"Allow": ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))}
