"""The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07), and what it turns a request into."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from command_api.application.idempotency import Answer
from command_api.application.ports import Ids
from command_api.entrypoints.problems import RequestProblem

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
PATTERN: Final = r'^([!#-~]([ -~]{0,253}[!-~])?|"([ !#-\[\]-~]|\\["\\]){1,255}")$'
"""Bare, or a string of RFC 8941. Blanks around a header are no part of it."""

_NAME: Final = HEADER.lower().encode()
_WHOLE: Final = re.compile(PATTERN)
_ESCAPED: Final = re.compile(r"\\(.)")

PARAMETER: Final[Mapping[str, Any]] = {
    "name": HEADER.lower(),
    "in": "header",
    "required": False,
    "description": (
        "Makes it safe to send the same request again: whatever became of the first answer, the command takes effect "
        "once, and is answered alike, with `Idempotent-Replayed: true`. A fresh key for each command, such as a UUID, "
        "bare or quoted; it is remembered for a day at least, with every answer of success and every refusal by the "
        "rules. Other content under the same key answers 422, and a second request while the first is under way 409."
    ),
    "schema": {"type": "string", "pattern": PATTERN, "examples": ["6f1c2a8e-3b0d-4c57-9a41-0d5e7b2f9c13"]},
}
"""Of every operation, as OpenAPI describes it."""
REPLAYED_HEADER: Final[Mapping[str, Any]] = {
    REPLAYED: {
        "description": "`true`: this is the answer to an earlier request with the same key; it has not run again",
        "schema": {"type": "string", "const": "true"},
    }
}


class NewIds:
    """Makes the ids of one request, and knows them again."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.made: list[UUID] = []

    def new(self) -> UUID:
        """A fresh one."""
        made = self._ids.new()
        self.made.append(made)
        return made


def given_key(request: Request) -> str | None:
    """The key, without the quotes that may be around it; None without the header. Raises RequestProblem."""
    values = [value for name, value in request.scope["headers"] if name == _NAME]
    if not values:
        return None
    text = values[0].decode("latin-1")
    if len(values) > 1 or not _WHOLE.fullmatch(text):
        raise RequestProblem("malformed_request", f"{HEADER} takes one key of 1 to 255 printable ASCII characters.")
    return _ESCAPED.sub(r"\1", text[1:-1]) if text.startswith('"') else text


def as_answer(response: Response) -> Answer:
    """What is kept of a response."""
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Answer(status=response.status_code, headers=headers, body=bytes(response.body))


def as_replay(answer: Answer) -> Response:
    """The response that was kept, and the word that it is one."""
    return Response(answer.body, answer.status, {**answer.headers, REPLAYED: "true"})
