"""From a statement built with SQLAlchemy Core to the text that psycopg runs."""

from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

_dialect: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def sql(statement: ClauseElement) -> str:
    """The text of `statement`, with a `%(name)s` for each of its bind parameters."""
    return str(statement.compile(dialect=_dialect))
