"""What the system catalogue tells of generations."""

from typing import Final

from query_api.adapters.postgres.generations.connection import Owner

_NAMES: Final = """
SELECT schemaname FROM pg_tables WHERE tablename = 'projection_checkpoint' AND schemaname ~ '^g[1-9][0-9]{0,8}$'
ORDER BY substr(schemaname, 2)::integer
"""
_VALID_INDEXES: Final = """
SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE relnamespace = to_regnamespace(%s) AND indisvalid AND indisready
"""
_TRIGGERS: Final = """
SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = to_regnamespace(%s) AND NOT tgisinternal AND tgenabled = 'O'
"""
_SHAPE: Final = """
WITH tables AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace(%(schema)s) AND relkind = 'r'),
columns AS (
  SELECT pg_attribute.*, relname, adbin, adrelid
  FROM pg_attribute JOIN tables ON tables.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attnum > 0 AND NOT attisdropped
),
granted AS (
  SELECT relname AS what, one.* FROM tables, aclexplode(relacl) AS one
  UNION ALL SELECT format('%%s.%%s', relname, attname), one.* FROM columns, aclexplode(attacl) AS one
  UNION ALL SELECT 'the schema', one.* FROM pg_namespace, aclexplode(nspacl) AS one WHERE nspname = %(schema)s
)
SELECT format('%%s.%%s %%s%%s', relname, attname, format_type(atttypid, atttypmod),
              concat(' COLLATE ' || nullif(attcollation, 0)::regcollation, CASE WHEN attnotnull THEN ' NOT NULL' END,
                     ' DEFAULT ' || pg_get_expr(adbin, adrelid))) FROM columns
UNION SELECT format('%%s %%s', relname, pg_get_constraintdef(pg_constraint.oid))
  FROM pg_constraint JOIN tables ON tables.oid = conrelid WHERE contype <> 'n'
UNION SELECT format('%%s on %%s for %%s', privilege_type, what, rolname) FROM granted JOIN pg_roles ON oid = grantee
  WHERE rolname IN ('orders_projector', 'orders_query')
"""


def names(owner: Owner) -> list[str]:
    """All generations, by number."""
    return [name for (name,) in owner.rows(_NAMES)]


def valid_indexes(owner: Owner, generation: str) -> set[str]:
    """Indexes that questions can be answered with."""
    return {name for (name,) in owner.rows(_VALID_INDEXES, [generation])}


def triggers(owner: Owner, generation: str) -> set[str]:
    """Those that act."""
    return {name for (name,) in owner.rows(_TRIGGERS, [generation])}


def shape(owner: Owner, generation: str) -> set[str]:
    """Columns, keys and the rights of both processes, each in words that do not name the generation."""
    return {line for (line,) in owner.rows(_SHAPE, {"schema": generation})}
