"""What OpenAPI says beside the routes themselves."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel

from command_api.entrypoints.answered import AcceptedAnswer, OrderAnswer, Problem
from command_api.entrypoints.idempotency_header import PARAMETER, REPLAYED_HEADER
from command_api.entrypoints.links import operations, with_links
from command_api.entrypoints.preferences import APPLIED, RESPOND_ASYNC
from command_api.entrypoints.preferences import PARAMETER as PREFER
from command_api.entrypoints.problem_kinds import MEDIA_TYPE, PROBLEMS, example

DESCRIPTION: Final = """\
Changes orders and products. Every call is a command: it is decided by the rules, written together with its event,
and answered with the new version only. What it led to is read from the query API, some milliseconds later.

To be sure that a command takes effect once, however often it has to be sent, give it an `Idempotency-Key`.
Who does not want to wait sends `Prefer: respond-async`: the command is stored, answered 202, and run soon.
To be sure to read your own write, send the answer's `Consistency-Token` along with the next query.

Unknown fields and query parameters are refused. Integers are written without a fraction: 2.0 is none.

**Errors** are `application/problem+json` (RFC 9457) with a stable `code`; `type` leads to what it means and what to do.
"""

_ANY_CALL: Final = (
    "malformed_request",
    "body_too_large",
    "unsupported_media_type",
    "validation_failed",
    "idempotency_key_reused",
    "idempotency_key_in_flight",
    "internal_error",
    "unavailable",
)
ANY_CHANGE: Final = ("stale_version", "version_required")
"""What a call that takes If-Match may be answered."""
IN_ANY_STATE: Final = (*ANY_CHANGE, "order_not_found", "concurrent_update")
"""What a change of an order may be answered that every state allows."""
ORDER_CHANGE: Final = (*IN_ANY_STATE, "illegal_transition")
"""What any other change of an order may be answered."""

_DONE: Final = {201: "Made", 200: "Done; or it was so already, with the version that it has"}
_REQUEST_ID: Final = {
    "X-Request-Id": {"description": "The request's id, yours or ours", "required": True, "schema": {"type": "string"}}
}
_HEADERS: Final = {
    "ETag": {
        "description": "The new version, quoted",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
    },
    "Consistency-Token": {
        "description": "Send it with a query to see this write",
        "required": True,
        "schema": {"type": "string", "maxLength": 160},
    },
    **_REQUEST_ID,
    **REPLAYED_HEADER,
}
_LOCATION: Final = {
    "Location": {
        "description": "Where the query API will answer what this is about",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    }
}
_ACCEPTED: Final = {
    "description": "Accepted: it will run, once, whatever crashes. Only to `Prefer: respond-async`",
    "model": AcceptedAnswer,
    "headers": {
        **{name: header for name, header in _HEADERS.items() if name != "ETag"},
        **_LOCATION,
        APPLIED: {
            "description": "The preference that was met",
            "required": True,
            "schema": {"type": "string", "const": RESPOND_ASYNC},
        },
    },
}
_RETRY_AFTER: Final = {
    "Retry-After": {"description": "Seconds to wait before trying again", "schema": {"type": "integer"}}
}


def answers(
    model: type[BaseModel], *codes: str, done: Iterable[int] = (200,), location: bool = False
) -> dict[int | str, Any]:
    """The `responses` of a command's route: `done` are its good statuses, `codes` its problems beside everyone's.

    Any command may be accepted for later, too.
    """
    headers = {**_HEADERS, **(_LOCATION if location else {})}
    good: dict[int | str, Any] = {
        status: {"description": _DONE[status], "model": model, "headers": headers} for status in done
    }
    by_status: dict[int, list[str]] = {}
    for code in (*_ANY_CALL, *codes):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    good[202] = _ACCEPTED
    return {**good, **{status: _problems(by_status[status]) for status in sorted(by_status)}}


def order_answers(*codes: str) -> dict[int | str, Any]:
    """The `responses` of a change of an order that makes nothing: `codes` are its own problems."""
    return answers(OrderAnswer, *ORDER_CHANGE, *codes)


def _problems(codes: Iterable[str]) -> dict[str, Any]:
    retry = any(PROBLEMS[code].retry_after is not None for code in codes)
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes),
        "headers": {**_REQUEST_ID, **REPLAYED_HEADER, **(_RETRY_AFTER if retry else {})},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"summary": PROBLEMS[code].title, "value": example(code)} for code in codes},
            }
        },
    }


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with the schema that all problems refer to, the header that all calls take, and links.

    That schema is ours for 422 too, instead of FastAPI's.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for operation in operations(document):
        operation.setdefault("parameters", []).extend((PARAMETER, PREFER))
    return with_links(document)
