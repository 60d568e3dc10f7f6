"""Roles that processes work as. They are the cluster's, not the database's: others may make them at the same time."""

from collections.abc import Sequence

from psycopg.errors import DuplicateObject, InsufficientPrivilege, UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError


class MissingRoles(Exception):
    """Roles are not there, and whoever migrates may not make them. The message says what to run."""


def make_missing(connection: Connection, names: Sequence[str]) -> None:
    """Make those of the roles `names` that are not there, without a login. Raises MissingRoles."""
    there = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    missing = [name for name in names if name not in there]
    for name in missing:
        try:
            with connection.begin_nested():
                connection.execute(text(f"CREATE ROLE {name} NOLOGIN"))
        except (ProgrammingError, IntegrityError) as error:
            if isinstance(error.orig, InsufficientPrivilege):
                raise MissingRoles(_advice(connection, missing)) from None
            if not isinstance(error.orig, DuplicateObject | UniqueViolation):
                raise


def _advice(connection: Connection, missing: Sequence[str]) -> str:
    user = connection.execute(text("SELECT current_user")).scalar_one()
    wanted = " ".join(f"CREATE ROLE {name} NOLOGIN;" for name in missing)
    return f"roles are missing, and {user} may not make them: let one who may run {wanted}"
