"""The port Generations on the read database, for whoever owns it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from query_api.adapters.postgres.generations import catalogue, checkpoints, contents
from query_api.adapters.postgres.generations.connection import Owner
from query_api.adapters.postgres.generations.standstill import PostgresStandstill
from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.ports import Blueprint
from query_api.application.generations.standing import Compared, Live, Report, Standing

_LIVE: Final = "SELECT generation, previous, promoted_at FROM public.live_generation"
_TURN: Final = "SELECT pg_advisory_xact_lock(%s)"
_TURN_SECONDS: Final = 60.0
"""How long a migration that is under way is waited for."""
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtext('index'), %s)"
_FORGET: Final = "UPDATE public.live_generation SET previous = NULL WHERE previous = %s RETURNING generation"


class PostgresGenerations:
    """One verb's view of the read database."""

    def __init__(self, owner: Owner, blueprint: Blueprint) -> None:
        """Raises Refused where the schema is not the one that this code knows, or for want of rights."""
        self._owner = owner
        self._blueprint = blueprint
        with owner.transaction():
            owner.must_be_at(blueprint.revision)
            owner.rows(_LIVE)

    def names(self) -> list[str]:
        return catalogue.names(self._owner)

    def live(self) -> Live:
        return Live(*self._owner.rows(_LIVE)[0])

    def create(self, name: str) -> None:
        """In turn with migrations: one that adds a table adds it to every generation there is."""
        with self._owner.transaction(_TURN_SECONDS):
            self._owner.rows(_TURN, [self._blueprint.lock])
            self._owner.must_be_at(self._blueprint.revision)
            if name in self.names():
                raise Refused(f"{name} has just been made by somebody else")
            for statement in self._blueprint.tables(name):
                self._owner.run(statement)

    def differences(self, name: str) -> list[str]:
        wanted, found = (catalogue.shape(self._owner, one) for one in (self.live().generation, name))
        lacking = sorted(wanted - found)
        return [*(f"lacks {line}" for line in lacking), *(f"has {line}" for line in sorted(found - wanted))]

    def missing_indexes(self, name: str) -> list[str]:
        valid, acting = catalogue.valid_indexes(self._owner, name), catalogue.triggers(self._owner, name)
        unkept = [table for table, kept in self._blueprint.kept(name).items() if kept.trigger not in acting]
        return [*(index for index in self._blueprint.indexes(name) if index not in valid), *unkept]

    def build_indexes(self, name: str, told: Callable[[str], None]) -> list[str]:
        """CONCURRENTLY: the projector goes on. It waits for all open transactions, and nobody waits behind it. Only
        while a table is filled that is kept like an index, the projector waits.
        """
        if not self._owner.rows(_ALONE, [int(name[1:])])[0][0]:
            raise NotYet(f"somebody else is building indexes of {name}")
        missing = self.missing_indexes(name)
        try:
            for lacking in missing:
                told(lacking)
                self._build(name, lacking)
            for table in self._blueprint.read_models:
                # Not ANALYZE alone: pages of lists are read from index entries, of rows that are known to be visible.
                self._owner.run(f"VACUUM (ANALYZE) {name}.{table}")
        except InsufficientPrivilege as error:
            raise self._owner.without_rights(error) from error
        return missing

    def _build(self, name: str, lacking: str) -> None:
        if (kept := self._blueprint.kept(name).get(lacking)) is not None:
            with self._owner.transaction(_TURN_SECONDS):
                for statement in kept.statements:
                    self._owner.run(statement)
            return
        # Invalid, if it is there: an attempt that was broken off leaves that behind.
        self._owner.run(f"DROP INDEX CONCURRENTLY IF EXISTS {name}.{lacking}")
        made = self._blueprint.indexes(name)[lacking]
        self._owner.run(made.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1))

    def standing(self, name: str) -> Standing:
        return checkpoints.standing(self._owner, name)

    def report(self, name: str, *, exact: bool) -> Report:
        count = contents.counted if exact else contents.estimated
        rows = {table: count(self._owner, name, table) for table in self._blueprint.read_models}
        return Report(self.standing(name), rows, self.missing_indexes(name))

    def compared(self, name: str) -> list[Compared] | None:
        with self._owner.snapshot():
            live = self.live().generation
            if not self.standing(live).is_at(self.standing(name)):
                return None
            return [self._compared(live, name, table) for table in self._blueprint.read_models]

    @contextmanager
    def standstill(self, name: str) -> Iterator[PostgresStandstill]:
        with self._owner.transaction():
            live = str(self._owner.rows(_LIVE + " FOR UPDATE")[0][0])
            # Once more: a migration that changes the views locks the same row.
            self._owner.must_be_at(self._blueprint.revision)
            yield PostgresStandstill(self._owner, self._blueprint, live, name)

    def drop(self, name: str) -> None:
        with self._owner.transaction():
            if self._owner.rows(_LIVE + " FOR UPDATE")[0][0] == name:
                raise Refused(f"{name} is live")
            self._owner.run(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
            self._owner.rows(_FORGET, [name])

    def _compared(self, live: str, name: str, table: str) -> Compared:
        columns = contents.columns(self._owner, live, table)
        return Compared(
            table,
            contents.contents(self._owner, live, table, columns),
            contents.contents(self._owner, name, table, columns),
        )
