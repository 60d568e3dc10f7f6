"""The owner's connection, and failures in the words of the verbs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable

from query_api.adapters.postgres.database import conninfo_of
from query_api.application.generations.errors import NotYet, Refused

Rows = list[tuple[Any, ...]]
Values = Sequence[object] | Mapping[str, object]

_REVISION: Final = "SELECT version_num FROM public.alembic_version"
_MIGRATED: Final = "SELECT to_regclass('public.alembic_version') IS NOT NULL"
_OLDEST: Final = """
SELECT format('the oldest transaction is that of pid %s (%s), open for %s s', pid,
              coalesce(nullif(application_name, ''), usename), round(extract(epoch FROM now() - xact_start)))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


class Owner:
    """One connection. Every statement is a transaction of its own, but inside `transaction`."""

    def __init__(self, database_url: str, lock_seconds: float) -> None:
        """Raises psycopg.OperationalError. `lock_seconds` is how long a lock is waited for, and others behind it."""
        self._connection = psycopg.connect(conninfo_of(database_url, "public"), autocommit=True)
        self.lock_seconds = lock_seconds

    def close(self) -> None:
        self._connection.close()

    def rows(self, query: LiteralString | sql.Composed, values: Values | None = None) -> Rows:
        """What a question answers."""
        return self._connection.execute(query, values).fetchall()

    def run(self, statement: str | sql.Composed) -> None:
        """Run a statement that this code made; without values, so that a percent sign is one."""
        self._connection.execute(statement.encode() if isinstance(statement, str) else statement)

    @contextmanager
    def transaction(self, lock_seconds: float | None = None) -> Iterator[None]:
        """One transaction, which gives way to others where it would have to wait for longer than `lock_seconds`.

        Raises NotYet, and Refused for want of rights.
        """
        most = self.lock_seconds if lock_seconds is None else lock_seconds
        try:
            with self._connection.transaction():
                self.wait_for(most)
                yield
        except (LockNotAvailable, DeadlockDetected) as error:
            raise NotYet(f"no lock on the tables within {most:g} s; {self._oldest()}") from error
        except InsufficientPrivilege as error:
            raise self.without_rights(error) from error

    def wait_for(self, seconds: float) -> None:
        """From here to the end of the transaction, a lock is waited for at most so long. Postgres takes 0 for ever."""
        self.run(f"SET LOCAL lock_timeout = {max(1, round(seconds * 1_000))}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A transaction in which nothing changes, and which changes nothing."""
        with self._connection.transaction():
            self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield

    def must_be_at(self, revision: str) -> None:
        """Raises Refused where the database's schema is not the one that this code knows."""
        migrated = self.rows(_MIGRATED)[0][0]
        found = self.rows(_REVISION)[0][0] if migrated else None
        if found is None or found < revision:
            raise Refused("the read database is not migrated to what this version needs")
        if found > revision:
            raise Refused(f"the read database is at revision {found}, this version knows {revision}: use the newer one")

    @staticmethod
    def without_rights(error: psycopg.Error) -> Refused:
        """What to say of a statement that only the owner may run."""
        return Refused(f"{' '.join(str(error).split())}; it takes the owner of the database")

    def _oldest(self) -> str:
        found = self.rows(_OLDEST)
        return str(found[0][0]) if found else "no open transaction is to be seen"
