"""Both databases at any revision, and the files that bring them there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from alembic import command
from psycopg import sql
from sqlalchemy import StaticPool, create_engine

from command_api.migrations import run as write_side
from query_api.migrations import run as read_side
from tests.conftest import PARTITIONS

FOLDERS: Final = {"write": Path(str(write_side.__file__)).parent, "read": Path(str(read_side.__file__)).parent}
"""By side, the folder of the owner's migrations."""
NEWEST: Final[Mapping[str, Callable[[str], object]]] = {
    "write": lambda url: write_side.migrate(url, PARTITIONS),
    "read": read_side.migrate,
}
"""By side, what brings the database at a URL to the newest revision."""


def migrations() -> dict[str, bytes]:
    """Every step of both sides, by side and name of its file, as a release records them."""
    return {
        f"migrations/{side}/{file.name}": file.read_bytes()
        for side, folder in FOLDERS.items()
        for file in sorted((folder / "versions").glob("r*.py"))
    }


def upgrade(side: str, url: str, revision: str) -> None:
    """Bring an empty database to `revision`, with the steps that there are now."""
    config = {"write": write_side._config, "read": read_side._config}[side]()
    with psycopg.connect(url) as raw:
        engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
        with engine.connect() as connection:
            config.attributes.update(connection=connection, partitions=PARTITIONS)
            command.upgrade(config, revision)
            connection.commit()


@contextmanager
def empty_database(server_url: str, name: str) -> Iterator[str]:
    """The URL of a database in which nothing has been made yet; dropped in the end."""
    database = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(database))
        try:
            yield f"{server_url.rpartition('/')[0]}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


_RELATIONS: Final = """
FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid AND nspname !~ '^(pg_|information_schema$)'
"""
_SHAPE: Final = (
    "SELECT nspname, 'schema', nspacl::text FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'",
    f"SELECT nspname, relname, 'relation', relkind::text, reloptions::text, relacl::text {_RELATIONS}",
    f"""SELECT nspname, relname, 'index', pg_get_indexdef(indexrelid) {_RELATIONS}
    JOIN pg_index ON indrelid = pg_class.oid""",
    f"""SELECT nspname, relname, 'constraint', conname, pg_get_constraintdef(pg_constraint.oid) {_RELATIONS}
    JOIN pg_constraint ON conrelid = pg_class.oid""",
    f"""SELECT nspname, relname, 'column', attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
        pg_get_expr(adbin, adrelid), attcollation::regcollation::text, attacl::text {_RELATIONS}
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum""",
)


def shape(connection: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    """All that the migrations have made: columns, indexes, constraints, rights. Not in which order columns stand."""
    return {row for query in _SHAPE for row in connection.execute(query.encode())}
