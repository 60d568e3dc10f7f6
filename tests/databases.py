"""Migrated databases for tests, used again: to copy and to drop one takes the system ten times as long as the test.

What a test leaves behind is put back; a database whose schema, rights or settings it changed is dropped instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

from tests.contract.databases.rows import dump, load, read

_numbers: Final = count(1)
_END_OTHERS: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_FORM: Final = """
WITH ours AS (
  SELECT oid, nspname, nspacl FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), tables AS (SELECT class.*, nspname FROM pg_class AS class JOIN ours ON ours.oid = relnamespace)
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT concat_ws(' ', nspname, nspacl) FROM ours
  UNION ALL SELECT concat_ws(' ', nspname, relname, relkind, relacl, reloptions, relowner, relpersistence) FROM tables
  UNION ALL SELECT concat_ws(' ', relname, attnum, attname, atttypid, attnotnull, attacl, pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN tables ON tables.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0
  UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN ours ON ours.oid = connamespace
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN tables ON tables.oid = indrelid
  UNION ALL SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN tables ON tables.oid = tgrelid
  UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc JOIN ours ON ours.oid = pronamespace
  UNION ALL SELECT concat_ws(' ', datacl, datallowconn, datconnlimit, datdba) FROM pg_database
    WHERE datname = current_database()
  UNION ALL SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting JOIN pg_database AS one
    ON one.oid = setdatabase WHERE datname = current_database()
  UNION ALL SELECT version_num FROM public.alembic_version
) AS lines (line)
"""
_TABLES: Final = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) AND tablename <> 'alembic_version'"
)
_SEQUENCES: Final = """
SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname = ANY(%s) AND last_value IS NOT NULL
"""
SCHEMAS: Final = ("public", "g1")

Connection = psycopg.Connection[Any]


class Databases:
    """Copies of `template` on one server."""

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._free: list[str] = []
        self._form = ""
        self._grown = sql.Composed([])
        self._rows: dict[str, bytes] = {}

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL of a database as migrations leave it, for the length of the block."""
        url = self._free.pop() if self._free else self._copy()
        yield url
        if self._put_back(url):
            self._free.append(url)
        else:
            with psycopg.connect(self._server_url, autocommit=True) as admin:
                name = sql.Identifier(url.rpartition("/")[2])
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def _copy(self) -> str:
        url = create(self._server_url, f"test_{next(_numbers)}", self._template)
        if not self._form:
            with psycopg.connect(url) as connection:
                self._form = _form_of(connection)
                self._grown = _grown(connection)
                self._rows = {schema: _without_empty(dump(connection, schema)) for schema in SCHEMAS}
        return url

    def _put_back(self, url: str) -> bool:
        """Whether it could be done."""
        try:
            with psycopg.connect(url, options="-clock_timeout=5s", connect_timeout=5) as connection:
                connection.execute(_END_OTHERS)
                if _form_of(connection) != self._form:
                    return False
                _empty(connection, self._grown)
                for schema, rows in self._rows.items():
                    load(connection, schema, rows)
        except psycopg.Error:
            return False
        return True


def create(server_url: str, name: str, template: str = "template1") -> str:
    """Make a database; its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return server_url.rsplit("/", 1)[0] + f"/{name}"


def _form_of(connection: Connection) -> str:
    """What tells whether anything but rows was changed."""
    row = connection.execute(_FORM).fetchone()
    assert row is not None
    return str(row[0])


def _without_empty(dumped: bytes) -> bytes:
    """The same, of the tables that have rows."""
    return msgspec.json.encode({table: rows for table, rows in read(dumped).items() if bytes(rows) != b"[]"})


def _grown(connection: Connection) -> sql.Composed:
    """Asks which tables hold more than now."""
    tables = connection.execute(_TABLES, [list(SCHEMAS)]).fetchall()
    each = [_has_grown(connection, *table) for table in tables]
    return sql.SQL(" UNION ALL ").join(each)


def _has_grown(connection: Connection, schema: str, name: str) -> sql.Composed:
    table = sql.Identifier(schema, name)
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    limit = sql.Literal(int(row[0]) if row else 0)
    who = sql.SQL("SELECT {}, {} WHERE EXISTS (SELECT FROM {} OFFSET {} LIMIT 1)")
    return who.format(sql.Literal(schema), sql.Literal(name), table, limit)


def _empty(connection: Connection, grown: sql.Composed) -> None:
    """Only what has grown: to empty a table makes new files for it and all its indexes. `load` takes the other rows."""
    connection.execute("SET LOCAL session_replication_role = replica")  # a trigger empties a table that is emptied here
    if held := connection.execute(grown).fetchall():
        names = sql.SQL(", ").join(sql.Identifier(*table) for table in held)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
    connection.execute(_SEQUENCES, [list(SCHEMAS)])
