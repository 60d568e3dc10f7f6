"""The first generation of read models."""

from alembic import op

from query_api.migrations.generations import tables_of

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in tables_of("g1"):
        op.execute(statement)
