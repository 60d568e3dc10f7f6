"""Users who may log in and have the rights of one role, as an operator would make them."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROLES_OF_WRITE_SIDE = ("orders_command", "orders_relay")
ROLES_OF_READ_SIDE = ("orders_projector", "orders_query")


def as_member(database_url: str, role: str) -> str:
    """The URL of a user who is a member of `role` and nothing else; made if it is not there."""
    return _login(database_url, f"one_of_{role}", role)


def as_stranger(database_url: str) -> str:
    """The URL of a user who is a member of no role. He may connect, where everybody may, and nothing else."""
    return _login(database_url, "stranger_to_orders")


def user_of(url: str) -> str:
    """Who logs in."""
    return str(urlsplit(url).username)


def _login(database_url: str, user: str, *roles: str) -> str:
    with psycopg.connect(database_url) as owner:
        if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).fetchone() is None:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(user)))
        for role in roles:
            owner.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(user)))
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))
