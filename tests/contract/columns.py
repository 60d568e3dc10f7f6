"""Tables as a service declares them, held against a real Postgres after the owner's migrations."""

from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql.base import PGDialect

_COLUMNS: Final = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required,
       atthasdef OR attidentity <> '' AS has_default,
       EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey)) AS is_key
FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
_SAME: Final = {"character varying": "text", "character varying[]": "text[]"}
"""Without a length these are one and the same to a client."""


class _Real(NamedTuple):
    type: str
    required: bool
    has_default: bool
    is_key: bool


def faults(connection: psycopg.Connection[Any], declared: Table, *, inserts: bool) -> list[str]:
    """How `declared` is wrong about the table of this name on the search_path.

    Columns that are not declared are the owner's business, unless the service `inserts` rows and cannot without them.
    """
    real = _real_columns(connection, declared.name)
    if not real:
        return [f"{declared.name}: no such table"]
    found = [fault for column in declared.columns for fault in _faults_of(connection, column, real)]
    keys, real_keys = set(declared.primary_key.columns.keys()), {name for name, column in real.items() if column.is_key}
    if keys and keys != real_keys:
        found.append(f"{declared.name}: the key is {sorted(real_keys)}")
    if inserts:
        found += [
            f"{declared.name}.{name}: must be given"
            for name, column in real.items()
            if column.required and not column.has_default and name not in declared.columns
        ]
    return found


def _faults_of(connection: psycopg.Connection[Any], column: Column[Any], real: dict[str, _Real]) -> list[str]:
    name = f"{column.table}.{column.name}"
    there = real.get(column.name)
    if there is None:
        return [f"{name}: no such column"]
    found = []
    if _type_of(connection, column) != _SAME.get(there.type, there.type):
        found.append(f"{name}: is {there.type}")
    if column.nullable is there.required:
        found.append(f"{name}: {'is never' if there.required else 'may be'} NULL")
    return found


def _type_of(connection: psycopg.Connection[Any], column: Column[Any]) -> str:
    """What Postgres calls the declared type."""
    compiled = column.type.compile(dialect=PGDialect())  # type: ignore[no-untyped-call]
    row = connection.execute("SELECT format_type(to_regtype(%s), NULL)", [compiled]).fetchone()
    assert row is not None
    name = str(row[0])
    return _SAME.get(name, name)


def _real_columns(connection: psycopg.Connection[Any], table: str) -> dict[str, _Real]:
    return {name: _Real(*rest) for name, *rest in connection.execute(_COLUMNS, [table])}
