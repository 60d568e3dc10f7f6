"""Brings a write database to the schema that this version of the service needs."""

from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from command_api.migrations.revisions import newest

_LOCK: Final = 7_236_101
"""An advisory lock's number; only one migration runs at a time."""


def migrate(database_url: str, partitions: int) -> None:
    """Apply every step that is missing. `partitions` counts only where the log does not exist yet.

    A database that is newer than this code is left as it is.
    Raises sqlalchemy.exc.OperationalError where the database cannot be reached.
    """
    # libpq reads its own URLs: SQLAlchemy knows no address of several servers.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_url))
    config = _config()
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
            guard.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            with engine.connect() as connection:
                present = MigrationContext.configure(connection).get_current_revision()
                connection.rollback()
                if present is not None and present >= newest():
                    return
                config.attributes.update(connection=connection, partitions=partitions)
                command.upgrade(config, "head")
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
