"""The verbs `new-epoch` and `adopt` on the write database, each in one transaction of its owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import Connection

from outbox_relay.adapters import renumbering_statements as statements
from outbox_relay.adapters.outbox_statements import IDENTITY
from outbox_relay.application.renumbering import Adopted, Raised, Refused

_EVER: Final = 2**63 - 1


class DatabaseFailure(Exception):
    """The database could not be reached, or its user may not do this. The message says why, in one line."""


def new_epoch(url: str, only_from: int | None = None) -> Raised:
    """Raise the log's epoch by one; with `only_from` only if that is what it is, or leave it if it is higher.

    Raises Refused on a standby, on another cluster than the log's and when the epoch is lower than `only_from`; and
    DatabaseFailure.
    """
    with _transaction(url) as connection:
        cluster, origin = _identify(connection)
        if cluster != origin:
            raise Refused(f"the log was numbered by cluster {origin}, this is cluster {cluster}: run adopt first")
        (before,) = _one(connection, statements.EPOCH)
        if only_from is not None and before < only_from:
            raise Refused(f"the epoch is {before}, not {only_from}")
        if only_from is not None and before > only_from:
            return Raised(before, before)
        connection.execute(statements.RAISE)
        return Raised(before, before + 1)


def adopt(url: str) -> Adopted:
    """Make the log, numbered by another cluster, this cluster's own. Every event keeps its sequence.

    Raises Refused on a standby, on the log's own cluster, when a writer does not let go of the log for half a minute,
    and when the events are not those that the ticks have counted; and DatabaseFailure.
    """
    with _transaction(url) as connection:
        _identify_foreign(connection)
        try:
            connection.execute(statements.LOCK)
        except psycopg.errors.LockNotAvailable:
            raise Refused("the log is in use, by a writer or a reader; stop them, or try again") from None
        # Another one may have adopted it meanwhile.
        cluster, origin = _identify_foreign(connection)
        _find_ticks(connection)
        events, fresh, ticks = _one(connection, statements.COUNTS)
        _renumber(connection)
        return Adopted(events, fresh, ticks, origin, cluster)


def _find_ticks(connection: Connection[Any]) -> None:
    connection.execute(statements.TICKED_TABLE)
    connection.execute(statements.BY_INDEX)
    connection.execute(statements.TICKED, {"after": 0, "up_to": _EVER})
    connection.execute(statements.BY_CHOICE)
    connection.execute(statements.NOT_TICKED)
    (miscounted,) = _one(connection, statements.MISCOUNTED)
    if miscounted is not None:
        raise Refused(f"outbox does not hold the events that tick {miscounted} has counted: restore the dump anew")


def _renumber(connection: Connection[Any]) -> None:
    for statement in (
        statements.OPEN_IDENTITY,
        statements.RENUMBER,
        statements.CLOSE_IDENTITY,
        statements.CONTINUE,
        statements.FORGET,
        statements.ONE_TICK,
        statements.OWN,
    ):
        connection.execute(statement)


def _identify(connection: Connection[Any]) -> tuple[int, int]:
    """This cluster, and that of the log."""
    in_recovery, cluster, origin, _, _ = _one(connection, IDENTITY)
    if in_recovery:
        raise Refused("this is a standby; only a primary can be written")
    if origin is None:
        raise Refused("outbox_log is empty: run command-api migrate first")
    return cluster, origin


def _identify_foreign(connection: Connection[Any]) -> tuple[int, int]:
    cluster, origin = _identify(connection)
    if cluster == origin:
        raise Refused(f"this is cluster {cluster}, which has numbered the log itself: there is nothing to adopt")
    return cluster, origin


@contextmanager
def _transaction(url: str) -> Iterator[Connection[Any]]:
    """Commits unless an exception comes through. Raises DatabaseFailure."""
    try:
        with psycopg.connect(url, connect_timeout=5, application_name="outbox-relay") as connection:
            connection.execute(statements.SESSION)
            yield connection
    except psycopg.Error as error:
        raise DatabaseFailure((str(error).strip() or type(error).__name__).splitlines()[0]) from error


def _one(connection: Connection[Any], statement: str) -> tuple[Any, ...]:
    row = connection.execute(statement).fetchone()
    if row is None:
        raise Refused("outbox_log is empty: run command-api migrate first")
    found: tuple[Any, ...] = row
    return found
