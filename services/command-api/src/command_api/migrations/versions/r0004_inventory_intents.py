"""What an inventory elsewhere is to do for orders, until it has done it.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE inventory_intents (
  intent_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id uuid NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  move text NOT NULL CHECK (move IN ('reserve', 'undo', 'release', 'ship', 'take_back')),
  units json NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL
);
CREATE UNIQUE INDEX inventory_intents_open ON inventory_intents (order_id, version) WHERE move = 'reserve';
CREATE INDEX inventory_intents_due ON inventory_intents (due_at);
CREATE INDEX inventory_intents_of_order ON inventory_intents (order_id, intent_id);

COMMENT ON TABLE inventory_intents IS 'Units that an inventory elsewhere holds or moves: written first, then done.';

GRANT SELECT, DELETE,
  INSERT (order_id, version, move, units, due_at, attempts),
  UPDATE (move, due_at, attempts)
  ON inventory_intents TO orders_command;
"""


def upgrade() -> None:
    """A table beside the others."""
    op.execute(TABLE)


def downgrade() -> None:
    """There is nothing to go back for: older versions run on this schema."""
    raise RuntimeError("older versions run on it as it is")
