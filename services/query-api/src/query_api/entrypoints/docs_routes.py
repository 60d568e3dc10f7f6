"""The documentation: at the root, where people look for it, and under the prefix, where a gateway can tell whose it is.

The pages are the same at both places: links from one to the other are relative.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from query_api.entrypoints import addresses
from query_api.entrypoints.problem_page import PROBLEM_PAGE

_DOCS: Final = Path(__file__).with_name("docs.html").read_text(encoding="utf-8")


def docs_routes(document: Callable[[], Mapping[str, Any]]) -> list[Route]:
    """The routes, none of them in the OpenAPI document that `document` makes."""

    async def docs(_request: Request) -> Response:
        return HTMLResponse(_DOCS)

    async def problems(_request: Request) -> Response:
        return HTMLResponse(PROBLEM_PAGE)

    async def openapi(_request: Request) -> Response:
        return Response(orjson.dumps(document()), media_type="application/json")

    pages = {addresses.DOCS: docs, addresses.PROBLEMS: problems, addresses.OPENAPI: openapi}
    return [Route(place + path, page) for place in ("", addresses.BY_PATH) for path, page in pages.items()]
