"""Tables as a service declares them, held against a real Postgres after the owner's migrations."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import psycopg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.base import PGDialect

_COLUMNS: Final = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required,
       atthasdef OR attidentity <> '' AS has_default,
       EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey)) AS is_key
FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
_SAME: Final = {"character varying": "text", "character varying[]": "text[]", "numeric(38,0)": "numeric"}
"""These are one and the same to a client, who is not told of lengths and digits."""


class _Real(NamedTuple):
    type: str
    required: bool
    has_default: bool
    is_key: bool


class Column(NamedTuple):
    """What a service takes a column for: the type as Postgres is told it, and whether it may be NULL."""

    type: str
    nullable: bool


class Declaration(NamedTuple):
    """A table as a service knows it. `key` is empty where it does not say; `inserts` when it makes rows."""

    name: str
    columns: Mapping[str, Column]
    key: Sequence[str]
    inserts: bool

    @classmethod
    def of(cls, table: Table, *, inserts: bool) -> Self:
        """The declaration that `table` is."""
        dialect = PGDialect()  # type: ignore[no-untyped-call]
        columns = {
            str(column.name): Column(column.type.compile(dialect=dialect), bool(column.nullable))
            for column in table.columns
        }
        return cls(str(table.name), columns, sorted(map(str, table.primary_key.columns.keys())), inserts)


def faults(connection: psycopg.Connection[Any], declared: Declaration) -> list[str]:
    """How `declared` is wrong about the table of this name on the search_path.

    Columns that are not declared are the owner's business, unless the service inserts rows and cannot without them.
    """
    real = _real_columns(connection, declared.name)
    if not real:
        return [f"{declared.name}: no such table"]
    found = [
        f"{declared.name}.{name}: {fault}"
        for name, column in declared.columns.items()
        for fault in _faults_of(connection, column, real.get(name))
    ]
    real_key = sorted(name for name, column in real.items() if column.is_key)
    if declared.key and list(declared.key) != real_key:
        found.append(f"{declared.name}: the key is {real_key}")
    if declared.inserts:
        found += [
            f"{declared.name}.{name}: must be given"
            for name, column in real.items()
            if column.required and not column.has_default and name not in declared.columns
        ]
    return found


def _faults_of(connection: psycopg.Connection[Any], column: Column, there: _Real | None) -> list[str]:
    if there is None:
        return ["no such column"]
    found = []
    if _type_of(connection, column) != _SAME.get(there.type, there.type):
        found.append(f"is {there.type}")
    if column.nullable is there.required:
        found.append(f"{'is never' if there.required else 'may be'} NULL")
    return found


def _type_of(connection: psycopg.Connection[Any], column: Column) -> str:
    """What Postgres calls the declared type."""
    row = connection.execute("SELECT format_type(to_regtype(%s), NULL)", [column.type]).fetchone()
    assert row is not None
    name = str(row[0])
    return _SAME.get(name, name)


def _real_columns(connection: psycopg.Connection[Any], table: str) -> dict[str, _Real]:
    return {name: _Real(*rest) for name, *rest in connection.execute(_COLUMNS, [table])}
