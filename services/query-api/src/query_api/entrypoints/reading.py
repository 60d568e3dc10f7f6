"""What every GET does alike: it asks the bus, as of the version in the Consistency-Token where there is one."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, Generic, TypeVar

from starlette.types import Scope

from orders_contracts.consistency import ConsistencyToken, decode_token
from query_api.application.bus import Query, QueryBus
from query_api.application.errors import QueryError, ReadModelBehind, ReadModelParked
from query_api.application.fresh import AsOf
from query_api.application.views import Document
from query_api.entrypoints.conditions import none_match, preferences
from query_api.entrypoints.metrics import WaitMetrics
from query_api.entrypoints.parameters import Parameter
from query_api.entrypoints.problems import FieldError, invalid, malformed
from query_api.entrypoints.responses import Stored

R = TypeVar("R")

_TOKEN: Final = b"consistency-token"
_PREFER: Final = b"prefer"
NONE_MATCH: Final = b"if-none-match"


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """A result, and whether it has the version that was asked for."""

    result: R
    achieved: bool


class Reader:
    """Asks the bus for a request."""

    def __init__(self, bus: QueryBus, metrics: WaitMetrics) -> None:
        self._bus = bus
        self._metrics = metrics

    async def read(self, scope: Scope, query: Query[R]) -> Read[R]:
        """The answer to `query`. Raises Problem (400) for a garbage token, and what the bus raises."""
        for name, _ in scope["headers"]:
            if name == _TOKEN:
                return await self._read_as_of(scope, query)
        return Read(await self._bus.dispatch(query), achieved=True)

    async def document(self, scope: Scope, query: Query[Document]) -> Stored:
        """The answer to `query` as a response, with its version as ETag; 304 where the client has it already."""
        read = await self.read(scope, query)
        tag, token = str(read.result.version), read.result.token
        known = header(scope, NONE_MATCH)
        if known is not None and none_match(known, tag):
            return Stored(b"", tag, token, achieved=read.achieved, status=304)
        return Stored(read.result.body, tag, token, achieved=read.achieved)

    async def _read_as_of(self, scope: Scope, query: Query[R]) -> Read[R]:
        prefer = preferences(header(scope, _PREFER) or "")
        asked = AsOf(query, _token(scope), prefer.wait, prefer.lenient)
        started = perf_counter()
        try:
            answer = await self._bus.dispatch(asked)
        except (ReadModelBehind, ReadModelParked) as error:
            self._metrics.read(error.code, perf_counter() - started)
            raise
        except QueryError as error:
            self._metrics.read(error.code, 0)
            raise
        achieved = "waited" if answer.waited else "at_once"
        self._metrics.read(achieved if answer.achieved else "lenient", answer.waited)
        return Read(answer.result, answer.achieved)


def header(scope: Scope, name: bytes) -> str | None:
    """The header `name` (in small letters); several lines of it are one list (RFC 9110, section 5.3)."""
    lines = [value for key, value in scope["headers"] if key == name]
    return b", ".join(lines).decode("latin-1") if lines else None


def header_value(scope: Scope, parameter: Parameter) -> Any:
    """The value of a header, None where it is not sent. Raises Problem (422)."""
    text = header(scope, parameter.name.lower().encode())
    try:
        return None if text is None else parameter.read(text.strip())
    except ValueError as error:
        raise invalid([FieldError(f"/header/{parameter.name}", f"{parameter.name} {error}")]) from None


def _token(scope: Scope) -> ConsistencyToken:
    try:
        return decode_token(header(scope, _TOKEN) or "")
    except ValueError:
        raise malformed("The Consistency-Token is not one that this system has handed out.") from None
