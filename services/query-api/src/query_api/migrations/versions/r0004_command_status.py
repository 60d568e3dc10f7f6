"""What became of commands that were accepted for later, in every generation that was made before there were any."""

from alembic import op

from query_api.migrations.generations import commands_of

revision = "0004"
down_revision = "0003"

_WITHOUT = """
SELECT schemaname FROM pg_tables AS one WHERE tablename = 'projection_checkpoint' AND schemaname ~ '^g[1-9][0-9]{0,8}$'
    AND NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'command_status' AND schemaname = one.schemaname)
"""


def upgrade() -> None:
    for generation in op.get_bind().exec_driver_sql(_WITHOUT).scalars().all():
        for statement in commands_of(generation):
            op.execute(statement)
