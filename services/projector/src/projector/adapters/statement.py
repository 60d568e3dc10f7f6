"""A statement that is built once and sent many times, with the placeholders that Postgres knows ($1, $2)."""

from typing import NamedTuple

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.base import PGDialect


class Statement(NamedTuple):
    """The text, and the names of its placeholders in their order."""

    text: str
    names: tuple[str, ...]

    def bind(self, **values: object) -> list[object]:
        """`values` in the order of the placeholders. Raises KeyError."""
        return [values[name] for name in self.names]


def compiled(element: ClauseElement) -> Statement:
    """`element`, ready to be sent."""
    made = element.compile(dialect=PGDialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
    return Statement(str(made), tuple(made.positiontup or ()))  # type: ignore[attr-defined]
