"""The way from a question to whoever answers it: a table, filled by hand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


class Query(Generic[R_co]):
    """A question that is answered with an R."""

    __slots__ = ()


Handler = Callable[[Any], Awaitable[Any]]


class QueryBus:
    """Hands each query to the one handler of its type."""

    def __init__(self, handlers: Mapping[type[Query[Any]], Handler]) -> None:
        self._handlers = dict(handlers)

    def dispatch(self, query: Query[R]) -> Awaitable[R]:
        """Answer `query`. Raises LookupError for a type that is not in the table, and whatever its handler raises."""
        handler = self._handlers.get(type(query))
        if handler is None:
            raise LookupError(f"nobody answers {type(query).__name__}")
        return handler(query)

    def extended(self, handlers: Mapping[type[Query[Any]], Handler]) -> "QueryBus":
        """A bus that knows `handlers` as well: questions about questions, whose handlers need this bus."""
        return QueryBus({**self._handlers, **handlers})
