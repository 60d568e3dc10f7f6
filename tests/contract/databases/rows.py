"""All rows of a schema as text, and back: what a migration must bring along."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

_TABLES: Final = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = %s AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version' ORDER BY table_name
"""
_ROWS: Final = "SELECT coalesce(json_agg(row ORDER BY row::text), '[]')::text FROM {} AS row"
_GIVEN: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
_INSERT: Final = """
INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {columns} FROM json_populate_recordset(NULL::{table}, {rows})
"""

Rows = Mapping[str, msgspec.Raw]
"""By table, a JSON array of objects, as Postgres wrote it: numbers of 64 bits go through no float."""


def dump(connection: psycopg.Connection[Any], schema: str) -> bytes:
    """Every row of every table in `schema`."""
    tables = [name for (name,) in connection.execute(_TABLES, [schema])]
    rows = {name: msgspec.Raw(_rows_of(connection, schema, name)) for name in tables}
    return msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n"


def load(connection: psycopg.Connection[Any], schema: str, dumped: bytes) -> None:
    """Put these rows in place of what the tables hold."""
    for name, rows in read(dumped).items():
        table = sql.Identifier(schema, name)
        columns = sql.SQL(", ").join(
            sql.Identifier(column) for (column,) in connection.execute(_GIVEN, [f"{schema}.{name}"])
        )
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
        statement = sql.SQL(_INSERT).format(table=table, columns=columns, rows=sql.Literal(bytes(rows).decode()))
        connection.execute(statement)


def read(dumped: bytes) -> Rows:
    """What `dump` made."""
    return msgspec.json.decode(dumped, type=dict[str, msgspec.Raw])


def _rows_of(connection: psycopg.Connection[Any], schema: str, table: str) -> bytes:
    row = connection.execute(sql.SQL(_ROWS).format(sql.Identifier(schema, table))).fetchone()
    assert row is not None
    return str(row[0]).encode()
