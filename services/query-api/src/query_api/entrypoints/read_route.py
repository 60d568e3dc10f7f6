"""Routes that answer without dependency solving, and stand in the OpenAPI document all the same."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from query_api.entrypoints.parameters import Parameter
from query_api.entrypoints.problems import MEDIA_TYPE, PROBLEMS


class Endpoint(Protocol):
    """A coroutine method that answers one path; its name is the operation's id."""

    __name__: str

    def __call__(self, request: Request, /) -> Awaitable[Response]: ...


_TAG_HEADER: Final = {"ETag": {"schema": {"type": "string"}, "description": 'The version, quoted: `"3"`.'}}
_ALWAYS: Final = {
    "X-Request-Id": {
        "schema": {"type": "string"},
        "description": "The request's id: the one that was sent, or a new one.",
    },
    "Consistency-Achieved": {
        "schema": {"type": "string", "enum": ["false"]},
        "description": "Only with `Prefer: handling=lenient`: the answer is older than the token asked for.",
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """A question as HTTP knows it: where it is asked, what goes in, what comes out, what may go wrong."""

    path: str
    endpoint: Endpoint
    model: type[BaseModel]
    tag: str
    summary: str
    description: str
    parameters: Sequence[Parameter]
    problems: Sequence[str]
    """Codes of PROBLEMS."""
    tagged: bool = False
    """Whether the answer has an ETag."""


class ReadRoute(APIRoute):
    """Hands the request to its endpoint and sends what comes back; no dependencies, no response model at run time."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        self._endpoint = endpoint
        super().__init__(path, endpoint, **options)
        self.app = self._run

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self._respond

    async def _respond(self, request: Request) -> Response:
        return await self._endpoint(request)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._endpoint(Request(scope, receive))
        await response(scope, receive, send)


def route_of(operation: Operation, prefix: str, *, documented: bool) -> ReadRoute:
    """The route of `operation` under `prefix`, in the OpenAPI document only if `documented`."""
    return ReadRoute(
        prefix + operation.path,
        operation.endpoint,
        methods=["GET"],
        operation_id=operation.endpoint.__name__ if documented else None,
        tags=[operation.tag],
        summary=operation.summary,
        description=operation.description,
        response_model=operation.model,
        response_class=JSONResponse,
        response_description="The answer.",
        responses=_responses(operation),
        openapi_extra={"parameters": [parameter.openapi() for parameter in operation.parameters]},
        include_in_schema=documented,
    )


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    headers = {**_ALWAYS, **(_TAG_HEADER if operation.tagged else {})}
    described: dict[int | str, dict[str, Any]] = {200: {"headers": headers}}
    if operation.tagged:
        described[304] = {"description": "The client has this version already.", "headers": headers}
    by_status: dict[int, list[str]] = {}
    for code in (*operation.problems, "internal_error"):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        described[status] = _problem_response(status, codes)
    return described


def _problem_response(status: int, codes: Sequence[str]) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes) + ".",
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"value": _example(code)} for code in codes},
            }
        },
    }
    if status == 503:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return response


def _example(code: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": PROBLEMS[code].title,
        "status": PROBLEMS[code].status,
        "detail": "What was wrong with this very request.",
        "instance": "/api/v1/orders/0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01",
        "code": code,
        "trace_id": "c9c0a9f2-1d53-4a5e-9a51-6f0d3a3a6f57",
    }
