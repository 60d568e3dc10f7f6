"""A route that reads its request strictly, before FastAPI looks at it."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from command_api.entrypoints.problems import RequestProblem


class StrictRequest(Request):
    """A request whose JSON has been read by a strict parser: no NaN, no broken UTF-8, no lone surrogates."""

    async def read_json(self) -> object:
        """Parse the body, once, for everyone who asks later. Raises RequestProblem."""
        body = await self.body()
        try:
            self._json = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise RequestProblem(400, "malformed_request", f"The body is not JSON: {error}.") from error
        return self._json


class StrictRoute(APIRoute):
    """Refuses query parameters, bodies that are not JSON, and bodies where none belongs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle_strictly(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            refuse_query(request)
            if await request.body():
                require_json(request)
                document = await request.read_json()
                if not takes_body and document != {}:
                    raise RequestValidationError([_error("body", "this call takes no body")])
            return await handle(request)

        return handle_strictly


def refuse_query(request: Request) -> None:
    """Commands have no query parameters: one that is there means something that it does not get."""
    if request.scope["query_string"]:
        raise RequestValidationError(
            [_error(name, "unknown query parameter", "query") for name in request.query_params]
        )


def require_json(request: Request) -> None:
    """Raises RequestProblem unless the content type is JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise RequestProblem(415, "unsupported_media_type", "The body must be application/json.")


def _error(where: str, message: str, kind: str = "body") -> dict[str, object]:
    return {"loc": (kind,) if where == kind else (kind, where), "msg": message, "type": "value_error"}
