"""Brings a write database to the schema that this version of the service needs."""

import time
from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text

from command_api.migrations.patience import Patience, patiently
from command_api.migrations.revisions import newest

_LOCK: Final = 7_236_101
"""An advisory lock's number; only one migration runs at a time."""
_TURN_SECONDS: Final = 0.2
_PATIENCE: Final = Patience()
_OLDEST: Final = """
SELECT format('the oldest transaction is that of pid %s (%s), open for %s s', pid,
              coalesce(nullif(application_name, ''), usename), round(extract(epoch FROM now() - xact_start)))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


def migrate(database_url: str, partitions: int, patience: Patience = _PATIENCE) -> None:
    """Apply every step that is missing. `partitions` counts only where the log does not exist yet.

    A database that is newer than this code is left as it is.
    Raises sqlalchemy.exc.OperationalError where the database cannot be reached; HeldUp where others never let go of a
    lock; MissingRoles.
    """
    # libpq reads its own URLs: SQLAlchemy knows no address of several servers.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_url))
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
            _take_turns(guard)
            patiently(lambda: _upgrade(engine, partitions, patience), patience, lambda: _oldest_transaction(guard))
    finally:
        engine.dispose()


def _take_turns(guard: Connection) -> None:
    """Ask again and again: whoever waits for a lock in Postgres has a snapshot, and an index made CONCURRENTLY by the
    one whose turn it is would wait for that.
    """
    while not guard.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar():
        time.sleep(_TURN_SECONDS)


def _upgrade(engine: Engine, partitions: int, patience: Patience) -> None:
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if present is not None and present >= newest():
            return
        connection.execute(text("SELECT set_config('lock_timeout', :most, false)"), {"most": patience.setting})
        connection.commit()
        config = _config()
        config.attributes.update(connection=connection, partitions=partitions)
        command.upgrade(config, "head")


def _oldest_transaction(guard: Connection) -> str:
    return guard.execute(text(_OLDEST)).scalar() or "no open transaction is to be seen"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
