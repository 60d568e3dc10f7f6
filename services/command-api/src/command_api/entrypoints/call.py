"""From a request to the command bus, and from its outcome to an answer."""

import re
from typing import Annotated, Final

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic.json_schema import SkipJsonSchema

from command_api.application.bus import CommandBus
from command_api.application.context import Context
from command_api.application.outcome import Outcome
from command_api.application.ports import Ids
from command_api.entrypoints.problems import RequestProblem
from command_api.entrypoints.schemas import documented_as
from orders_contracts.consistency import encode_token

_VERSION_TAG: Final = re.compile(r'"([1-9][0-9]{0,17})"')
_ACTOR: Final = re.compile(r"[\x20-\x7e]{1,200}")


class CommandDesk:
    """What the routes need of the rest of the process. One for the application."""

    def __init__(self, bus: CommandBus, ids: Ids, *, actor_header: str | None, require_if_match: bool) -> None:
        self.bus = bus
        self.ids = ids
        self.actor_header = actor_header
        self.require_if_match = require_if_match


class Call:
    """One request: dispatches its command, with all that surrounds it."""

    def __init__(self, request: Request, desk: CommandDesk, if_match: str | None) -> None:
        self._request = request
        self._desk = desk
        self._if_match = if_match

    @property
    def ids(self) -> Ids:
        """Where new identifiers come from."""
        return self._desk.ids

    async def create(self, command: object) -> Response:
        """Dispatch a command that makes an aggregate, and answer where it will be found."""
        outcome = await self._desk.bus.dispatch(command, self._context(None))
        under = "/queries" if self._request.scope["path"].startswith("/commands/") else "/api/v1"
        return _answer(outcome, 201, {"Location": f"{under}/orders/{outcome.written.aggregate_id}"})

    async def change(self, command: object, *, made: str | None = None) -> Response:
        """Dispatch a command on an aggregate. `made` names the answer's field for what it created inside."""
        outcome = await self._desk.bus.dispatch(command, self._context(self._expected_version()))
        return _answer(outcome, 201 if outcome.is_new or made else 200, {}, made)

    def _context(self, expected_version: int | None) -> Context:
        return Context(
            correlation_id=self._request.scope["state"]["request_id"],
            actor=self._actor(),
            expected_version=expected_version,
        )

    def _expected_version(self) -> int | None:
        if self._if_match is None:
            if self._desk.require_if_match:
                raise RequestProblem("version_required", 'Say which version you change: If-Match: "<version>".')
            return None
        if self._if_match == "*":
            return None
        tag = _VERSION_TAG.fullmatch(self._if_match)
        if tag is None:
            raise RequestProblem("malformed_request", 'If-Match takes one version, such as "3", or *.')
        return int(tag[1])

    def _actor(self) -> str | None:
        if self._desk.actor_header is None:
            return None
        actor = self._request.headers.get(self._desk.actor_header)
        if actor is not None and not _ACTOR.fullmatch(actor):
            raise RequestProblem("malformed_request", f"{self._desk.actor_header} must be 1 to 200 ASCII characters.")
        return actor


async def _call(
    request: Request,
    if_match: Annotated[
        str | SkipJsonSchema[None],
        Header(
            description='The version that is to be changed, such as `"3"`. Another one answers 412.',
            json_schema_extra=documented_as(pattern=r'^(\*|"[1-9][0-9]{0,17}")$', examples=['"3"']),
        ),
    ] = None,
) -> Call:
    return Call(request, request.app.state.desk, if_match)


async def _creation(request: Request) -> Call:
    return Call(request, request.app.state.desk, None)


Change = Annotated[Call, Depends(_call)]
Creation = Annotated[Call, Depends(_creation)]


def _answer(outcome: Outcome, status: int, headers: dict[str, str], made: str | None = None) -> Response:
    written = outcome.written
    key = "order_id" if written.aggregate_type == "order" else "sku"
    body: dict[str, object] = {key: written.aggregate_id, "version": written.version}
    if made is not None:
        body[made] = outcome.created
    headers = {"ETag": f'"{written.version}"', "Consistency-Token": encode_token(written), **headers}
    return Response(orjson.dumps(body), status_code=status, headers=headers, media_type="application/json")
