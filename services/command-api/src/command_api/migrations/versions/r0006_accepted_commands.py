"""Commands that were accepted and have not ended yet.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Rows come and go with the load: a table that is emptied all the time is cleaned up early, before it grows.
TABLE = """
CREATE TABLE accepted_commands (
  command_id uuid PRIMARY KEY,
  accepted_at timestamptz NOT NULL,
  kind text NOT NULL,
  body json NOT NULL,
  asked json NOT NULL,
  correlation_id text NOT NULL,
  actor text,
  expected_version bigint,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX accepted_commands_due ON accepted_commands (due_at);

COMMENT ON TABLE accepted_commands IS 'Answered 202: run by whichever replica is free, and gone when they have ended.';
COMMENT ON COLUMN accepted_commands.due_at IS 'When it may be begun: after a claim, when it is given up for dead.';

GRANT SELECT, DELETE,
  INSERT (command_id, accepted_at, kind, body, asked, correlation_id, actor, expected_version),
  UPDATE (due_at, attempts)
  ON accepted_commands TO orders_command;
"""


def upgrade() -> None:
    """A table beside the others."""
    op.execute(TABLE)


def downgrade() -> None:
    """There is nothing to go back for: older versions run on this schema."""
    raise RuntimeError("older versions run on it as it is")
