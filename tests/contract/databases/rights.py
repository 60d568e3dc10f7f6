"""What a user may do with every table of a schema, found out by doing it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql

_COLUMNS: Final = """
SELECT relname, attname, format_type(atttypid, atttypmod),
       EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname, attname
"""
_BY_COLUMN: Final = {
    "SELECT": "SELECT {column} FROM {table} LIMIT 0",
    "INSERT": "INSERT INTO {table} ({column}) OVERRIDING SYSTEM VALUE SELECT NULL::{type} WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = DEFAULT WHERE false",
}
_BY_TABLE: Final = {
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
    "ALTER": "ALTER TABLE {table} ADD more text",
    "DROP": "DROP TABLE {table}",
}

_REFUSALS: Final = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.WrongObjectType,
    psycopg.errors.ObjectNotInPrerequisiteState,
)
Connection = psycopg.Connection[Any]


class _Column(NamedTuple):
    name: str
    type: str
    in_key: bool


class Table(NamedTuple):
    """A real table: each column's name and type, and whether it is in the primary key."""

    name: str
    columns: Sequence[_Column]


def tables(owner: Connection, schema: str) -> list[Table]:
    """All there are in `schema`, views and the like among them."""
    rows = owner.execute(_COLUMNS, [schema]).fetchall()
    return [Table(name, [_Column(*rest) for _, *rest in rows]) for name, rows in groupby(rows, key=lambda row: row[0])]


def rights(user: Connection, schema: str, found: Iterable[Table], own: str) -> Mapping[str, str]:
    """By table, what `user` may do: `SELECT, INSERT (name, ...), ...`. `own` is a schema where the user makes tables.

    Everything is tried, in a transaction that is rolled back. Nothing is touched, so that only rights can refuse it.
    """
    return {table.name: ", ".join(_rights(user, schema, table, own)) for table in found}


def may(user: Connection, statement: sql.Composed) -> bool:
    """Whether Postgres lets the user run it; what no view lets anybody, it does not. Any other failure is raised."""
    try:
        with user.transaction(force_rollback=True):
            user.execute(statement)
    except _REFUSALS:
        return False
    return True


def _rights(user: Connection, schema: str, table: Table, own: str) -> Iterator[str]:
    name = sql.Identifier(schema, table.name)
    for verb, text in _BY_COLUMN.items():
        allowed = [column.name for column in table.columns if may(user, _on_column(text, name, column))]
        if allowed:
            yield verb if len(allowed) == len(table.columns) else f"{verb} ({', '.join(allowed)})"
    for verb, text in _BY_TABLE.items():
        if may(user, sql.SQL(text).format(table=name)):
            yield verb
    if any(column.in_key for column in table.columns) and may(user, _reference(name, table, own)):
        yield "REFERENCES"


def _on_column(text: str, table: sql.Identifier, column: _Column) -> sql.Composed:
    return sql.SQL(text).format(table=table, column=sql.Identifier(column.name), type=sql.SQL(column.type))


def _reference(name: sql.Identifier, table: Table, own: str) -> sql.Composed:
    key = [column for column in table.columns if column.in_key]
    return sql.SQL("CREATE TABLE {own}.reference ({columns}, FOREIGN KEY ({keys}) REFERENCES {table} ({keys}))").format(
        own=sql.Identifier(own),
        columns=sql.SQL(", ").join(sql.Identifier(one.name) + sql.SQL(f" {one.type}") for one in key),
        keys=sql.SQL(", ").join(sql.Identifier(one.name) for one in key),
        table=name,
    )
