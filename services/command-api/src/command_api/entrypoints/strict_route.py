"""A route that reads its request strictly, before FastAPI looks at it."""

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from command_api.entrypoints.problems import RequestProblem

BODY_LIMIT: Final = 256 * 1024
"""Bytes. Counted here: the framework's own limit answers in plain text where the length is declared."""


class StrictRequest(Request):
    """A request whose body is bounded, and whose JSON is read by a strict parser.

    That is: no NaN, no broken UTF-8, no lone surrogates.
    """

    async def body(self) -> bytes:
        """The whole body, read once. Raises RequestProblem as soon as it is known to be too large."""
        if not hasattr(self, "_body"):
            declared = self.headers.get("content-length", "")
            _refuse_size(int(declared) if declared.isdecimal() and len(declared) < 20 else 0)
            whole = bytearray()
            async with aclosing(self.stream()) as pieces:
                async for piece in pieces:
                    whole += piece
                    _refuse_size(len(whole))
            self._body = bytes(whole)
        return self._body

    async def read_json(self) -> object:
        """Parse the body, once, for everyone who asks later. Raises RequestProblem."""
        body = await self.body()
        try:
            self._json = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise RequestProblem("malformed_request", f"The body is not JSON: {error}.") from error
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
        raise RequestProblem("unsupported_media_type", "The body must be application/json.")


def _refuse_size(size: int) -> None:
    if size > BODY_LIMIT:
        raise RequestProblem("body_too_large", f"A body has at most {BODY_LIMIT} bytes.")


def _error(where: str, message: str, kind: str = "body") -> dict[str, object]:
    return {"loc": (kind,) if where == kind else (kind, where), "msg": message, "type": "value_error"}
