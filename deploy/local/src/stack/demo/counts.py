"""What both sides hold, counted in each one's own tables."""

import psycopg

Counts = dict[str, tuple[int, int]]
"""Per status: how many orders, and the sum of their totals in minor units."""

_WRITTEN = """
SELECT status, count(*), sum((state -> 'results' ->> 'total_cents')::bigint)::bigint FROM orders GROUP BY status
"""
_READ = "SELECT status, count(*), sum(total_cents)::bigint FROM order_summary GROUP BY status"


def written(database: str) -> Counts:
    """What the write database (its libpq URL) holds."""
    return _count(database, _WRITTEN)


def visible(database: str) -> Counts:
    """What the read database (its libpq URL, with the tables on its search path) holds."""
    return _count(database, _READ)


def _count(database: str, statement: str) -> Counts:
    with psycopg.connect(database) as connection:
        return {status: (orders, cents) for status, orders, cents in connection.execute(statement)}
