"""What each process may do here, and nobody else, in every generation."""

from alembic import op
from sqlalchemy import text

from query_api.migrations.generations import grants_of
from query_api.migrations.roles import make_missing

revision = "0003"
down_revision = "0002"

_GRANTS = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO orders_projector, orders_query;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO orders_query;
GRANT SELECT ON public.alembic_version TO orders_query;
"""
_GENERATIONS = """
SELECT schemaname FROM pg_tables WHERE tablename = 'projection_checkpoint' AND schemaname ~ '^g[1-9][0-9]{0,8}$'
"""


def upgrade() -> None:
    connection = op.get_bind()
    make_missing(connection, ("orders_projector", "orders_query"))
    database = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    connection.exec_driver_sql(_GRANTS.format(database=database).replace("%", "%%"))
    for generation in connection.exec_driver_sql(_GENERATIONS).scalars().all():
        for statement in grants_of(generation):
            op.execute(statement)
