"""From a request to the command bus, and from its outcome to an answer."""

import re
from collections.abc import Callable
from typing import Annotated, Final

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic.json_schema import SkipJsonSchema

from command_api.application.bus import CommandBus
from command_api.application.context import Context
from command_api.application.errors import Replayed
from command_api.application.idempotency import Answer, IdempotencyKey, fingerprint_of, scope_of
from command_api.application.later import Asked, Later
from command_api.application.outcome import Outcome
from command_api.application.ports import Ids
from command_api.entrypoints.addresses import operation
from command_api.entrypoints.fields import documented_as
from command_api.entrypoints.idempotency_header import HEADER, NewIds, as_answer, as_replay, given_key
from command_api.entrypoints.preferences import APPLIED, RESPOND_ASYNC, prefers_async
from command_api.entrypoints.problems import RequestProblem, refusal
from orders_contracts.consistency import encode_token
from orders_domain.errors import DomainError

_VERSION_TAG: Final = re.compile(r'"([1-9][0-9]{0,17})"')
_ACTOR: Final = re.compile(r"[\x20-\x7e]{1,200}")


class CommandDesk:
    """What the routes need of the rest of the process. One for the application."""

    def __init__(
        self,
        bus: CommandBus,
        ids: Ids,
        *,
        actor_header: str | None,
        require_if_match: bool,
        require_idempotency_key: bool,
    ) -> None:
        self.bus = bus
        self.ids = ids
        self.actor_header = actor_header
        self.require_if_match = require_if_match
        self.require_idempotency_key = require_idempotency_key


class Call:
    """One request: dispatches its command, with all that surrounds it."""

    def __init__(self, request: Request, desk: CommandDesk, if_match: str | None) -> None:
        self._request = request
        self._desk = desk
        self._if_match = if_match
        self._ids = NewIds(desk.ids)

    @property
    def ids(self) -> Ids:
        """Where new identifiers come from. Of a request that is sent again, those that it makes do not count."""
        return self._ids

    async def create(self, command: object) -> Response:
        """Dispatch a command that makes an aggregate, and answer where it will be found."""

        def answer(outcome: Outcome) -> Response:
            return _answer(outcome, 201, {"Location": f"{self._queries}/orders/{outcome.written.aggregate_id}"})

        return await self._dispatch(command, None, answer)

    async def change(self, command: object, *, made: str | None = None) -> Response:
        """Dispatch a command on an aggregate. `made` names the answer's field for what it created inside."""

        def answer(outcome: Outcome) -> Response:
            return _answer(outcome, 201 if outcome.is_new or made else 200, {}, made)

        return await self._dispatch(command, self._expected_version(), answer, made)

    async def _dispatch(
        self,
        command: object,
        expected_version: int | None,
        answer: Callable[[Outcome], Response],
        made: str | None = None,
    ) -> Response:
        actor, later = self._actor(), self._later(made)
        answer = answer if later is None else self._accepted
        context = Context(
            correlation_id=self._request.scope["state"]["request_id"],
            actor=actor,
            expected_version=expected_version,
            idempotency=self._idempotency(command, actor, answer),
            later=later,
        )
        try:
            return answer(await self._desk.bus.dispatch(command, context))
        except Replayed as before:
            return as_replay(before.answer)

    @property
    def _queries(self) -> str:
        """Where the query API is, for somebody who has come this way."""
        return "/queries" if self._request.scope["path"].startswith("/commands/") else "/api/v1"

    def _later(self, made: str | None) -> Later | None:
        if not prefers_async(self._request):
            return None
        return Later(command_id=self._desk.ids.new(), asked=Asked(path=self._request.scope["path"], made=made))

    def _accepted(self, outcome: Outcome) -> Response:
        command_id = outcome.written.aggregate_id
        headers = {
            "Location": f"{self._queries}/commands/{command_id}",
            APPLIED: RESPOND_ASYNC,
            "Consistency-Token": encode_token(outcome.written),
        }
        return Response(orjson.dumps({"command_id": command_id}), 202, headers, "application/json")

    def _idempotency(
        self, command: object, actor: str | None, answer: Callable[[Outcome], Response]
    ) -> IdempotencyKey | None:
        key = given_key(self._request)
        if key is None:
            if self._desk.require_idempotency_key:
                raise RequestProblem("malformed_request", f"Send {HEADER}, with a key that is new for each command.")
            return None

        def told(end: Outcome | DomainError) -> Answer:
            return as_answer(refusal(scope, end) if isinstance(end, DomainError) else answer(end))

        scope = self._request.scope
        return IdempotencyKey(
            scope=scope_of(actor=actor, method=scope["method"], route=operation(scope["route"].path), key=key),
            fingerprint=fingerprint_of(command, self._ids.made),
            answer=told,
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


def body_of(outcome: Outcome, made: str | None) -> dict[str, str | int]:
    """The body of the answer. `made` names the field for what the command created inside the aggregate."""
    written = outcome.written
    key = "order_id" if written.aggregate_type == "order" else "sku"
    body: dict[str, str | int] = {key: written.aggregate_id, "version": written.version}
    if made is not None:
        body[made] = str(outcome.created)
    return body


def _answer(outcome: Outcome, status: int, headers: dict[str, str], made: str | None = None) -> Response:
    written = outcome.written
    headers = {"ETag": f'"{written.version}"', "Consistency-Token": encode_token(written), **headers}
    return Response(
        orjson.dumps(body_of(outcome, made)), status_code=status, headers=headers, media_type="application/json"
    )
