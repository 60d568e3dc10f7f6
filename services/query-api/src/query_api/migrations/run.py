"""Brings the read database up to the schema that this code works with."""

from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, StaticPool, create_engine, text

from query_api.migrations.patience import Patience, patiently
from query_api.migrations.revisions import is_current

_FOLDER: Final = Path(__file__).parent
LOCK: Final = 4_021_967_310
"""Any number, as long as nothing else in this database locks the same."""

_PATIENCE: Final = Patience()
_OLDEST: Final = """
SELECT format('the oldest transaction is that of pid %s (%s), open for %s s', pid,
              coalesce(nullif(application_name, ''), usename), round(extract(epoch FROM now() - xact_start)))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


def migrate(database_url: str, patience: Patience = _PATIENCE) -> str:
    """Apply what is missing, in one transaction, and answer the revision that the database then has.

    `database_url` is a libpq URL of a role that owns the database. Several may run at once: they take turns.
    Raises psycopg.OperationalError when the database cannot be reached; HeldUp where others never let go of a lock;
    MissingRoles.
    A database that is newer than this code is left as it is.
    """
    with psycopg.connect(database_url, options=_in_public(database_url)) as raw:
        engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
        patiently(lambda: _upgrade(engine, patience), patience, lambda: _oldest_transaction(engine))
        with engine.begin() as connection:
            return str(connection.exec_driver_sql("SELECT version_num FROM public.alembic_version").scalar_one())


def _upgrade(engine: Engine, patience: Patience) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        present = MigrationContext.configure(connection, opts={"version_table_schema": "public"})
        if is_current(present.get_current_revision()):
            return
        # Not before: another migration may take longer than anybody should wait for a table.
        connection.execute(text("SELECT set_config('lock_timeout', :most, true)"), {"most": patience.setting})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _oldest_transaction(engine: Engine) -> str:
    with engine.begin() as connection:
        return connection.execute(text(_OLDEST)).scalar() or "no open transaction is to be seen"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _in_public(database_url: str) -> str:
    """The steps name their schemas; whatever search_path the URL brings must not lead them astray."""
    given = psycopg.conninfo.conninfo_to_dict(database_url).get("options")
    return f"{given or ''} -csearch_path=public".strip()
