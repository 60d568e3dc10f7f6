"""Databases in an engine of the bench: made, copied, counted."""

import psycopg


def create_database(url: str, name: str) -> str:
    """A new, empty database on the same server; returns its URL."""
    return _create(url, name, "template1")


def copy_database(url: str, name: str) -> str:
    """A copy of the database at `url`, to which nobody may be connected; returns the copy's URL."""
    return _create(url, name, url.rsplit("/", 1)[1])


def settle(url: str) -> None:
    """Fresh statistics and nothing left to write back, so that no round pays for what came before."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def counts(url: str, *tables: str) -> list[int]:
    """How many rows each table has."""
    with psycopg.connect(url, autocommit=True) as connection:
        rows = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]
    return [row[0] for row in rows if row is not None]


def _create(url: str, name: str, template: str) -> str:
    with psycopg.connect(_on(url, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _on(url, name)


def _on(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"
