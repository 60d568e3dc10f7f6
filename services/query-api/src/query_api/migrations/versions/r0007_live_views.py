"""Views of the generation that questions are answered from: the first, until another one is promoted."""

from alembic import op

from query_api.migrations.live import TABLES, renew_live_views

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(TABLES)
    renew_live_views(connection)
