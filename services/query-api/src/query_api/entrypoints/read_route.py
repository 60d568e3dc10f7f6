"""Routes that answer without dependency solving, and stand in the OpenAPI document all the same."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import orjson
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from query_api.entrypoints.event_stream import MEDIA_TYPE as EVENT_STREAM
from query_api.entrypoints.parameters import Parameter
from query_api.entrypoints.problem_kinds import MEDIA_TYPE, PROBLEMS, example


class Endpoint(Protocol):
    """A coroutine method that answers one path; its name is the operation's id."""

    __name__: str

    def __call__(self, request: Request, /) -> Awaitable[Response]: ...


_EXAMPLES: Final[dict[str, Any]] = orjson.loads(Path(__file__).with_name("examples.json").read_bytes())
"""An answer of each operation, by its id."""
_REQUEST_ID: Final = {
    "X-Request-Id": {
        "schema": {"type": "string"},
        "required": True,
        "description": "The request's id: the one that was sent, or a new one.",
    }
}
_RETRY_AFTER: Final = {
    "Retry-After": {"schema": {"type": "integer"}, "required": True, "description": "Seconds to wait."}
}
_TAG: Final = {
    "ETag": {
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
        "required": True,
        "description": 'The version, quoted: `"3"`.',
    }
}
_GOOD: Final = {
    **_REQUEST_ID,
    "Consistency-Achieved": {
        "schema": {"type": "string", "enum": ["false"]},
        "description": "Only with `Prefer: handling=lenient`: the answer is older than the token asked for.",
    },
}
_VOUCHING: Final = {
    "Consistency-Token": {
        "schema": {"type": "string", "maxLength": 160},
        "description": "Only of a command that succeeded: whoever sends it along with a question sees what it did.",
    }
}
_NEXT: Final = {
    "Link": {"schema": {"type": "string"}, "description": '`<...>; rel="next"`: the next page, where there is one.'}
}


class Link(NamedTuple):
    """The question that may follow, and where its parameters are found (OpenAPI runtime expressions)."""

    operation: str
    parameters: Mapping[str, str]
    summary: str


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
    links: Sequence[Link] = ()
    tagged: bool = False
    """Whether the answer has an ETag."""
    vouching: bool = False
    """Whether it may have a Consistency-Token."""
    paged: bool = False
    """Whether it may have a Link to the next page."""
    streamed: bool = False
    """Whether the answer is a stream of server-sent events, each of which is such as `model`."""
    ending: str = ""
    """When there is nothing to be told any more, if that may be."""


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
        response_model=None if operation.streamed else operation.model,
        response_class=Response if operation.streamed else JSONResponse,
        status_code=200,
        response_description="The answer.",
        responses=_responses(operation),
        openapi_extra={"parameters": [parameter.openapi() for parameter in operation.parameters]},
        include_in_schema=documented,
    )


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    headers = {
        **_GOOD,
        **(_TAG if operation.tagged else {}),
        **(_VOUCHING if operation.vouching else {}),
        **(_NEXT if operation.paged else {}),
    }
    described: dict[int | str, dict[str, Any]] = {200: {"headers": headers}}
    if operation.streamed:
        schema = {"$ref": f"#/components/schemas/{operation.model.__name__}"}
        described[200] |= {"description": "Events, each of them so.", "content": {EVENT_STREAM: {"schema": schema}}}
    if operation.links:
        described[200]["links"] = {link.operation: _link(link) for link in operation.links}
    if operation.ending:
        described[204] = {"description": operation.ending, "headers": headers}
    if operation.tagged:
        described[304] = {"description": "The client has this version already.", "headers": headers}
    by_status: dict[int, list[str]] = {}
    for code in (*operation.problems, "internal_error"):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        described[status] = _problem_response(codes)
    return described


def _link(link: Link) -> dict[str, Any]:
    return {"operationId": link.operation, "parameters": dict(link.parameters), "description": link.summary}


def _problem_response(codes: Sequence[str]) -> dict[str, Any]:
    retry = any(PROBLEMS[code].retry_after is not None for code in codes)
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes) + ".",
        "headers": {**_REQUEST_ID, **(_RETRY_AFTER if retry else {})},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"summary": PROBLEMS[code].title, "value": example(code)} for code in codes},
            }
        },
    }


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with an answer of each operation. FastAPI would drop the nulls from it."""
    for item in document["paths"].values():
        operation = item["get"]
        for content in operation["responses"]["200"]["content"].values():
            content["example"] = _EXAMPLES[operation["operationId"]]
    return document
