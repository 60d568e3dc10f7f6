"""Sums per customer and per day, in every generation that was made before there were any."""

from alembic import op

from query_api.migrations.generations import sums_of

revision = "0005"
down_revision = "0004"

_WITHOUT = """
SELECT schemaname FROM pg_tables AS one WHERE tablename = 'projection_checkpoint' AND schemaname ~ '^g[1-9][0-9]{0,8}$'
    AND NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'sales_daily' AND schemaname = one.schemaname)
"""


def upgrade() -> None:
    for generation in op.get_bind().exec_driver_sql(_WITHOUT).scalars().all():
        for statement in sums_of(generation):
            op.execute(statement)
