"""query-api may see whose events are parked, but not the events, in every generation."""

from alembic import op

from query_api.migrations.generations import telling_of

revision = "0006"
down_revision = "0005"

_GENERATIONS = """
SELECT schemaname FROM pg_tables WHERE tablename = 'parked_event' AND schemaname ~ '^g[1-9][0-9]{0,8}$'
"""


def upgrade() -> None:
    for generation in op.get_bind().exec_driver_sql(_GENERATIONS).scalars().all():
        for statement in telling_of(generation):
            op.execute(statement)
