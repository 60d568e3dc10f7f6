"""What each process may do here, and nobody else.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from sqlalchemy import text

from command_api.migrations.roles import make_missing

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Of the outbox, commands give what they know: never a transaction id or a position, which number the log.
GRANTS = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO orders_command, orders_relay;
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO orders_command, orders_relay;

GRANT SELECT ON alembic_version TO orders_command;
GRANT SELECT, INSERT, UPDATE (version, status, state, updated_at) ON orders TO orders_command;
GRANT SELECT, INSERT,
  UPDATE (version, name, unit_price_cents, currency, listed, on_hand, reserved, updated_at)
  ON products TO orders_command;
GRANT SELECT (event_id),
  INSERT (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
  ON outbox TO orders_command;
GRANT SELECT ON outbox_log TO orders_command;

GRANT SELECT ON outbox, outbox_log TO orders_relay;
GRANT SELECT, INSERT ON outbox_tick TO orders_relay;
"""


def upgrade() -> None:
    """Roles that are there already are taken as they are."""
    connection = op.get_bind()
    make_missing(connection, ("orders_command", "orders_relay"))
    here = text("SELECT quote_ident(current_database()) AS database, quote_ident(current_schema()) AS schema")
    names = connection.execute(here).one()
    connection.exec_driver_sql(GRANTS.format(database=names.database, schema=names.schema).replace("%", "%%"))


def downgrade() -> None:
    """There is nothing to go back for: older versions run on this schema."""
    raise RuntimeError("older versions run on it as it is")
