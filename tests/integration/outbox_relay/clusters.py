"""A write database carried into another cluster, as by a dump: the same rows, other transaction ids to come."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from command_api.migrations.run import migrate
from stack.engines import RunningEngine, start_postgres
from tests.conftest import PARTITIONS

TABLES = ("outbox", "outbox_tick", "outbox_log")

USE_UP = """
DO $$ BEGIN
  CREATE TEMP TABLE used ();
  FOR i IN 1..5000 LOOP
    BEGIN INSERT INTO used DEFAULT VALUES; EXCEPTION WHEN division_by_zero THEN NULL; END;
  END LOOP;
  DROP TABLE used;
END $$
"""


def use_up_transaction_ids(url: str) -> None:
    """Thousands of them, so that those of a young cluster are lower."""
    with psycopg.connect(url) as connection:
        connection.execute(USE_UP)


def carry_log(source: str, target: str) -> None:
    """Replace the log in `target` by that of `source`, its identity's value included."""
    with psycopg.connect(source) as old, psycopg.connect(target) as new:
        for table in TABLES:
            new.execute(f"TRUNCATE {table}")
            with (
                old.cursor().copy(f"COPY {table} TO STDOUT") as out,
                new.cursor().copy(f"COPY {table} FROM STDIN") as in_,
            ):
                for data in out:
                    in_.write(data)
        value = old.execute("SELECT last_value, is_called FROM outbox_position_seq").fetchone()
        new.execute("SELECT setval('outbox_position_seq', %s, %s)", value)


@contextmanager
def young_cluster(folder: Path) -> Iterator[RunningEngine]:
    """Another cluster with a migrated write database."""
    with start_postgres(folder, durable=False) as engine:
        migrate(engine.url, PARTITIONS)
        yield engine


@contextmanager
def standby(folder: Path) -> Iterator[RunningEngine]:
    """A cluster in recovery, with a migrated write database."""
    primary = start_postgres(folder, durable=False)
    migrate(primary.url, PARTITIONS)
    primary.stop(keep=True)
    (primary.data / "standby.signal").touch()
    with start_postgres(folder, durable=False, port=primary.port) as engine:
        yield engine
