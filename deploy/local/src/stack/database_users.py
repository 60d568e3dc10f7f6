"""Each service goes to its database as a user of its own, who has the rights of the service's role and no more.

The migrations make the roles and say what they may do. The users are this stack's: they are named after its data
folder, so that several stacks may use one server.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stack.failures import StackError
from stack.kept_users import User, as_user, keep, known, new_user
from stack.parts import Site

if TYPE_CHECKING:
    import psycopg

ROLES: Final[Mapping[str, Mapping[str, str]]] = {
    "write-db": {"command-api": "orders_command", "outbox-relay": "orders_relay"},
    "read-db": {"projector": "orders_projector", "query-api": "orders_query"},
}
"""By database and service."""


def admit(site: Site, database: str) -> str | None:
    """Make the users of a migrated database and give them their roles; None when the services can go there as these.

    Otherwise the services go there as the user of the database's own URL, and people should be told the answer: why.
    Raises StackError when the database does not answer.
    """
    import psycopg  # noqa: PLC0415 - slow to import, and most verbs ask no server

    url, file = site.urls[database], _file(site.data, database)
    users = known(file) or _new_users(site.data, database)
    try:
        with psycopg.connect(url, connect_timeout=5) as link:
            for service, user in users.items():
                _make(link, user, ROLES[database][service])
        _try_out(url, users)
    except (psycopg.errors.InsufficientPrivilege, _NoLogin) as error:
        file.unlink(missing_ok=True)
        services = " and ".join(users)
        return f"{database}: {services} have no users of their own: {_first_line(error)}"
    except psycopg.Error as error:
        raise StackError(f"{database}: {_first_line(error)}") from error
    keep(file, users)
    return None


def url_for(site: Site, service: str, database: str) -> str:
    """The URL with which `service` goes to `database`: as its own user if it was let in as such."""
    user = known(_file(site.data, database)).get(service)
    return site.urls[database] if user is None else as_user(site.urls[database], user)


class _NoLogin(Exception):
    """The server has made the user and does not let it in."""


def _make(link: "psycopg.Connection[Any]", user: User, role: str) -> None:
    """Make `user` a member of `role`; one that is there gets the password that we know. It is not sent as it is."""
    from psycopg import sql  # noqa: PLC0415 - see above

    secret = link.pgconn.encrypt_password(user.password.encode(), user.name.encode(), b"scram-sha-256").decode()
    there = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user.name]).fetchone()
    statement = sql.SQL("{} ROLE {} LOGIN INHERIT PASSWORD {}").format(
        sql.SQL("ALTER" if there else "CREATE"), sql.Identifier(user.name), sql.Literal(secret)
    )
    link.execute(statement)
    link.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(user.name)))


def _try_out(url: str, users: Mapping[str, User]) -> None:
    """Raises _NoLogin when a user cannot log in, whatever the server or a pooler before it has against it."""
    import psycopg  # noqa: PLC0415 - see above

    for user in users.values():
        try:
            psycopg.connect(as_user(url, user), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            raise _NoLogin(_first_line(error)) from error


def _new_users(data: Path, database: str) -> dict[str, User]:
    suffix = hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:8]
    return {service: new_user(f"{role}_{suffix}") for service, role in ROLES[database].items()}


def _file(data: Path, database: str) -> Path:
    return data / f"{database}-users.json"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
