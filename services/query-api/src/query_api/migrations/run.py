"""Brings the read database up to the schema that this code works with."""

from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import StaticPool, create_engine

from query_api.migrations.revisions import is_current, newest

_FOLDER: Final = Path(__file__).parent
_LOCK: Final = 4_021_967_310
"""Any number, as long as nothing else in this database locks the same."""


def migrate(database_url: str) -> str:
    """Apply what is missing, in one transaction, and answer the revision that the database then has.

    `database_url` is a libpq URL of a role that owns the database. Several may run at once: they take turns.
    Raises psycopg.OperationalError when the database cannot be reached.
    A database that is newer than this code is left as it is.
    """
    with psycopg.connect(database_url, options=_in_public(database_url)) as raw:
        engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            options = {"version_table_schema": "public"}
            present = MigrationContext.configure(connection, opts=options).get_current_revision()
            if present is not None and is_current(present):
                return present
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return newest()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _in_public(database_url: str) -> str:
    """The steps name their schemas; whatever search_path the URL brings must not lead them astray."""
    given = psycopg.conninfo.conninfo_to_dict(database_url).get("options")
    return f"{given or ''} -csearch_path=public".strip()
