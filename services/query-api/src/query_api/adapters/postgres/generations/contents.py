"""What read models hold: how many rows, and a digest that does not depend on the order in which they are read."""

from collections.abc import Sequence
from typing import Final

from psycopg import sql

from query_api.adapters.postgres.generations.connection import Owner
from query_api.application.generations.standing import Contents

_COLUMNS: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attname COLLATE "C"
"""
_CONTENTS: Final = """
SELECT count(*), coalesce(sum(hashtextextended(ROW({columns})::text, 0)::numeric), 0)::text FROM {table}
"""
_ESTIMATE: Final = """
SELECT CASE WHEN reltuples < 0 THEN pg_stat_get_live_tuples(oid) ELSE reltuples END::bigint
FROM pg_class WHERE oid = to_regclass(%s)
"""


def columns(owner: Owner, generation: str, table: str) -> list[str]:
    """By name: tables that were made at other times may have them in another order."""
    return [name for (name,) in owner.rows(_COLUMNS, [f"{generation}.{table}"])]


def contents(owner: Owner, generation: str, table: str, compared: Sequence[str]) -> Contents:
    """Rows, and the sum of 64-bit hashes of each row's text, of the columns `compared`."""
    query = sql.SQL(_CONTENTS).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, compared)), table=sql.Identifier(generation, table)
    )
    rows, digest = owner.rows(query)[0]
    return Contents(rows, digest)


def counted(owner: Owner, generation: str, table: str) -> int:
    """All rows, one by one."""
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(generation, table))
    return int(owner.rows(query)[0][0])


def estimated(owner: Owner, generation: str, table: str) -> int:
    """How many rows there are, more or less; none where there is no such table."""
    return sum(rows for (rows,) in owner.rows(_ESTIMATE, [f"{generation}.{table}"]))
