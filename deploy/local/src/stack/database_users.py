"""Each service goes to its database as a user of its own, who has the rights of the service's role and no more.

The migrations make the roles and say what they may do. The users are this stack's: they are named after its data
folder, so that several stacks may use one server.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from stack.failures import StackError
from stack.parts import Site

if TYPE_CHECKING:
    import psycopg

ROLES: Final[Mapping[str, Mapping[str, str]]] = {
    "write-db": {"command-api": "orders_command", "outbox-relay": "orders_relay"},
    "read-db": {"projector": "orders_projector", "query-api": "orders_query"},
}
"""By database and service."""
PASSWORD_BYTES: Final = 24
PRIVATE: Final = 0o600


class User(NamedTuple):
    """Who logs in, and with what."""

    name: str
    password: str


def admit(site: Site, database: str) -> str | None:
    """Make the users of a migrated database and give them their roles; None when the services can go there as these.

    Otherwise the services go there as the user of the database's own URL, and people should be told the answer: why.
    Raises StackError when the database does not answer.
    """
    import psycopg  # noqa: PLC0415 - slow to import, and most verbs ask no server

    url, file = site.urls[database], _file(site.data, database)
    users = _known(file) or _new_users(site.data, database)
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
    _keep(file, users)
    return None


def url_for(site: Site, service: str, database: str) -> str:
    """The URL with which `service` goes to `database`: as its own user if it was let in as such."""
    user = _known(_file(site.data, database)).get(service)
    return site.urls[database] if user is None else as_user(site.urls[database], user)


def as_user(url: str, user: User) -> str:
    """The libpq URL `url` with another user and password."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in {"user", "password"}]
    address = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user.name, safe='')}:{quote(user.password, safe='')}@{address}"
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query, quote_via=quote)))


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
    return {
        service: User(f"{role}_{suffix}", secrets.token_urlsafe(PASSWORD_BYTES))
        for service, role in ROLES[database].items()
    }


def _file(data: Path, database: str) -> Path:
    return data / f"{database}-users.json"


def _known(file: Path) -> dict[str, User]:
    if not file.exists():
        return {}
    return {service: User(*user) for service, user in json.loads(file.read_text()).items()}


def _keep(file: Path, users: Mapping[str, User]) -> None:
    """Never readable for others, not even for a moment, and never half written."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=PRIVATE)
    draft.write_text(json.dumps(users))
    draft.rename(file)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
