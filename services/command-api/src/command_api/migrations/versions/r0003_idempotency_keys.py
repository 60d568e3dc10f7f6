"""What callers with an idempotency key were told, so that they are told the same when they ask again.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The moment is the database's: replicas whose clocks differ drop the same answers. Rows are never updated.
TABLE = """
CREATE TABLE idempotency_keys (
  scope bytea PRIMARY KEY,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  headers json NOT NULL,
  body json NOT NULL,
  answered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_keys_answered_at ON idempotency_keys (answered_at);

COMMENT ON TABLE idempotency_keys IS 'What was answered under a key, written with what the command changed.';
COMMENT ON COLUMN idempotency_keys.scope IS 'SHA-256 of caller, method, route and key.';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of the command: the key is good for no other one.';

GRANT SELECT, DELETE, INSERT (scope, fingerprint, status, headers, body) ON idempotency_keys TO orders_command;
"""


def upgrade() -> None:
    """A table beside the others."""
    op.execute(TABLE)


def downgrade() -> None:
    """There is nothing to go back for: older versions run on this schema."""
    raise RuntimeError("older versions run on it as it is")
