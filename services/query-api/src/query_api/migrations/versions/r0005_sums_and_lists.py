"""Sums per customer and per day, and an index for each filter of lists, in every generation that was made before.

Questions are answered meanwhile: what they wait for, that indexes of before go, comes last and takes no time.
"""

from typing import Final

from alembic import op

from query_api.migrations.generations import sums_of
from query_api.migrations.order_lists import indexes_of, skus_of

revision = "0005"
down_revision = "0004"

_WITHOUT: Final = """
SELECT schemaname FROM pg_tables AS one
WHERE tablename = 'projection_checkpoint' AND schemaname ~ '^g[1-9][0-9]{{0,8}}$'
    AND NOT EXISTS (SELECT FROM pg_tables WHERE tablename = '{table}' AND schemaname = one.schemaname)
"""
_INDEXES: Final = "SELECT indexname FROM pg_indexes WHERE schemaname = '{generation}'"
_BEFORE: Final = ("order_summary_newest", "order_summary_status")
"""Indexes whose names others have now."""


def upgrade() -> None:
    for generation in _names(_WITHOUT.format(table="sales_daily")):
        _execute(sums_of(generation))
    older = _names("SELECT schemaname FROM pg_indexes WHERE indexname = 'order_summary_skus'")
    for generation in _names(_WITHOUT.format(table="order_sku")):
        _execute(skus_of(generation))
    for generation in older:
        _execute([f"ALTER INDEX {generation}.{name} RENAME TO {name}_before" for name in _BEFORE])
        there = _names(_INDEXES.format(generation=generation))
        _execute([made for name, made in indexes_of(generation).items() if name not in there])
    for generation in older:
        gone = ", ".join(
            f"{generation}.{name}" for name in ("order_summary_skus", *(f"{one}_before" for one in _BEFORE))
        )
        _execute([f"DROP INDEX {gone}"])


def _names(query: str) -> list[str]:
    return [str(name) for name in op.get_bind().exec_driver_sql(query).scalars().all()]


def _execute(statements: list[str]) -> None:
    for statement in statements:
        op.execute(statement)
