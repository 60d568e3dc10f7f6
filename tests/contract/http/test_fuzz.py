"""Both services keep to their OpenAPI documents, whatever is sent; and each way not to is seen where it is planted.

`FUZZ_EXAMPLES=500` looks further than every run does, and elsewhere each time.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from command_api import composition
from command_api.settings import Settings as CommandSettings
from query_api.composition import build
from query_api.settings import Settings as QuerySettings
from tests.contract.http.changes import operations
from tests.contract.http.documents import document
from tests.contract.http.seed import seed_read, seed_write
from tests.contract.http.seed_accepted import seed_accepted
from tests.contract.http.seed_later import seed_later
from tests.integration.query_api.running import PAGE_TOKEN_SECRET, running

if TYPE_CHECKING:
    from tests.contract.http.fuzz import Findings

pytestmark = [
    pytest.mark.timeout(7_200 if "FUZZ_EXAMPLES" in os.environ else 300),
    # The service runs in a thread beside the one that draws, and throws dice for its pauses.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A thousand refusals are a thousand lines in the log."""
    structlog.configure(processors=[_drop])
    yield
    structlog.reset_defaults()


def _drop(*_line: object) -> Any:
    raise structlog.DropEvent


@pytest.fixture
def fuzzing() -> ModuleType:
    """The module takes a second to import: these tests pay it, and no other run."""
    return import_module("tests.contract.http.fuzz")


def assert_nothing_was_found(findings: "Findings", service: str) -> None:
    told = "\n\n".join(f"{where}\n{what}" for where, what in findings.faults.items())
    assert not findings.faults, told
    every = set(operations(document(service)))
    assert {operation for operation, status in findings.answers if status < 300} == every, (
        "an operation never succeeded"
    )
    assert findings.links, "no link was followed"


def test_command_api_keeps_to_its_document(fuzzing: ModuleType, write_database_url: str) -> None:
    asyncio.run(seed_write(write_database_url))
    asyncio.run(seed_later(write_database_url))
    app = composition.application(CommandSettings(database_url=write_database_url))
    config = fuzzing.settings(fuzzing.COMMANDS, fuzzing.COMMANDS_ON)
    assert_nothing_was_found(fuzzing.run(app, config), "command-api")


def test_query_api_keeps_to_its_document(fuzzing: ModuleType, write_database_url: str, read_database_url: str) -> None:
    asyncio.run(seed_write(write_database_url))
    asyncio.run(seed_accepted(write_database_url))
    asyncio.run(seed_read(write_database_url, read_database_url))
    parts = build(
        QuerySettings(
            database_url=read_database_url,
            page_token_secret=PAGE_TOKEN_SECRET,
            stream_life_seconds=0.1,  # whoever asks here listens to the end
        )
    )

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        async with running(parts):
            yield

    app = Router(default=parts.app, lifespan=lifespan)
    assert_nothing_was_found(fuzzing.run(app, fuzzing.settings(fuzzing.QUERIES)), "query-api")


COLOURS: Final = {"x-colours": "2"}
CUP: Final = {"id": "7", "colour": "red"}
PROBLEM: Final = {"title": "No", "status": 404, "code": "cup_not_found"}


class Cups:
    """A small service that keeps to its document, but for one fault."""

    def __init__(self, fault: str | None) -> None:
        self._fault = fault
        self.app = Router([Route("/openapi.json", self._openapi), Route("/cups/{id}", _AnyMethod(self._cup))])

    async def _openapi(self, _request: Request) -> Response:
        return JSONResponse(self.document())

    async def _cup(self, request: Request) -> Response:
        if request.method != "GET":
            return _problem(405, "method_not_allowed", Allow="GET")
        if not _is_right(request):
            return _cup() if self._fault == "a wrong request is taken" else _problem(422, "validation_failed")
        if self._fault in WRONG_ANSWERS:
            return WRONG_ANSWERS[self._fault]()
        return _problem(404, "cup_not_found") if request.path_params["id"] == "0" else _cup()

    def document(self) -> dict[str, Any]:
        """What it promises."""
        size = {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 9}}
        cup = {"required": ["id", "colour"], "properties": {"id": {"type": "string"}, "colour": {"type": "string"}}}
        good = {
            "description": "A cup",
            "headers": {"x-colours": {"required": True, "schema": {"type": "integer"}}},
            "content": {"application/json": {"schema": {"type": "object", **cup}}},
        }
        path = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]$"}}
        refused = {"404": _documented("cup_not_found"), "422": _documented("validation_failed")}
        get = {"operationId": "cup", "parameters": [path, size], "responses": {"200": good, **refused}}
        info = (
            {"title": "Cups"} if self._fault == "a document that is no OpenAPI" else {"title": "Cups", "version": "1"}
        )
        return {"openapi": "3.1.0", "info": info, "paths": {"/cups/{id}": {"get": get}}}


class _AnyMethod:
    """An endpoint that is asked whatever the method is."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(Request(scope, receive)))(scope, receive, send)


def _is_right(request: Request) -> bool:
    sizes = request.query_params.getlist("size")
    known = set(request.query_params) <= {"size"} and len(sizes) <= 1
    return known and request.path_params["id"] in set("0123456789") and set(sizes) <= set("123456789")


def _cup(status: int = 200) -> Response:
    return JSONResponse(CUP, status, COLOURS)


def _problem(status: int, code: str, **headers: str) -> Response:
    return JSONResponse({**PROBLEM, "status": status, "code": code}, status, headers, "application/problem+json")


def _documented(code: str) -> dict[str, Any]:
    content = {"schema": {"type": "object", "required": ["code"]}, "examples": {code: {"value": PROBLEM}}}
    return {"description": code, "content": {"application/problem+json": content}}


WRONG_ANSWERS: Final[dict[str, Callable[[], Response]]] = {
    "a failure": lambda: _problem(500, "internal_error"),
    "a failure that lasts": lambda: _problem(503, "unavailable"),
    "a status that is not documented": lambda: _cup(202),
    "a code that is not documented": lambda: _problem(404, "pot_not_found"),
    "an answer of another shape": lambda: JSONResponse({"id": 7}, headers=COLOURS),
    "an answer of another type": lambda: Response(json.dumps(CUP), media_type="text/plain", headers=COLOURS),
    "a header that is missing": lambda: JSONResponse(CUP),
    "a right request is refused": lambda: _problem(422, "validation_failed"),
}
FAULTS: Final = {
    "a failure": "not_a_server_error",
    "a failure that lasts": "lasting_unavailability",
    "a status that is not documented": "status_code_conformance",
    "a code that is not documented": "documented_problems",
    "an answer of another shape": "response_schema_conformance",
    "an answer of another type": "content_type_conformance",
    "a header that is missing": "response_headers_conformance",
    "a right request is refused": "refusals_for_form",
    "a wrong request is taken": "negative_data_rejection",
}


@pytest.mark.parametrize(("fault", "check"), FAULTS.items(), ids=FAULTS.keys())
def test_a_service_that_does_not_keep_to_its_document_is_caught(fuzzing: ModuleType, fault: str, check: str) -> None:
    found = fuzzing.run(Cups(fault).app, fuzzing.settings())
    assert f"GET /cups/{{id}}: {check}" in found.faults


def test_a_document_that_is_no_openapi_is_caught(fuzzing: ModuleType) -> None:
    with pytest.raises(ValueError, match="version"):
        fuzzing.run(Cups("a document that is no OpenAPI").app, fuzzing.settings())


def test_a_service_without_a_fault_passes(fuzzing: ModuleType) -> None:
    found = fuzzing.run(Cups(None).app, fuzzing.settings())
    assert found.faults == {}
