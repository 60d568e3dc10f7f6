"""Orders, products, and the numbered log of their events.

Revision ID: 0001
Revises:
"""

from alembic import context, op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Orders are rewritten often and never by an indexed column: room in the page keeps those updates in place.
TABLES = """
CREATE TABLE orders (
  order_id uuid PRIMARY KEY,
  version bigint NOT NULL CHECK (version > 0),
  status text NOT NULL,
  state json NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE products (
  sku text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL CHECK (version > 0),
  name text NOT NULL,
  unit_price_cents bigint NOT NULL CHECK (unit_price_cents >= 0),
  currency text NOT NULL,
  listed boolean NOT NULL,
  on_hand bigint NOT NULL,
  reserved bigint NOT NULL CHECK (reserved BETWEEN 0 AND on_hand),
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE outbox (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
  partition smallint NOT NULL,
  event_id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  data json NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (xid, position),
  UNIQUE (aggregate_type, aggregate_id, version)
);

CREATE TABLE outbox_tick (
  tick bigint PRIMARY KEY,
  snapshot pg_snapshot NOT NULL,
  heads bigint[] NOT NULL
);

CREATE TABLE outbox_log (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch bigint NOT NULL DEFAULT 1,
  partitions smallint NOT NULL CHECK (partitions > 0),
  system_identifier bigint NOT NULL
);
"""

COMMENTS = """
COMMENT ON TABLE outbox IS 'Every event, in the transaction that made it. Rows are never updated and never deleted.';
COMMENT ON TABLE outbox_tick IS 'Numbers the log: events of tick k are visible in its snapshot, not in that of k - 1.';
COMMENT ON COLUMN outbox_tick.heads IS 'Per partition, how many events there are up to and with this tick.';
COMMENT ON TABLE outbox_log IS 'One row: what must never change under the log, and the epoch that says when it did.';
"""


def upgrade() -> None:
    """From nothing."""
    partitions: int = context.config.attributes["partitions"]
    op.execute(TABLES)
    op.execute(COMMENTS)
    connection = op.get_bind()
    connection.execute(
        text(
            "INSERT INTO outbox_tick (tick, snapshot, heads) VALUES (0, '1:1:', array_fill(0::bigint, ARRAY[:count]))"
        ),
        {"count": partitions},
    )
    connection.execute(
        text(
            "INSERT INTO outbox_log (partitions, system_identifier)"
            " SELECT :count, system_identifier FROM pg_control_system()"
        ),
        {"count": partitions},
    )


def downgrade() -> None:
    """There is no way back from a log that must not be lost."""
    raise RuntimeError("restore a backup instead")
