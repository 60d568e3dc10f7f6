"""An index of the orders that wait for somebody, to find those that have waited for too long.

Revision ID: 0005
Revises: 0004
"""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Not by the time of the last change: then no update of an order would stay in its page. By the state it costs one
# entry when an order is made, and only changes of the state leave the page.
INDEX = """
CREATE INDEX CONCURRENTLY orders_waiting ON orders (status, order_id) WHERE status IN ('DRAFT', 'PENDING_REVIEW')
"""


def upgrade() -> None:
    """While commands go on. What an attempt that was given up has left is no index, and goes first.

    It waits for the transactions that are open, and nobody waits behind it: so for longer than for a lock.
    """
    with op.get_context().autocommit_block():
        before = op.get_bind().execute(text("SELECT current_setting('lock_timeout')")).scalar_one()
        op.execute("SET lock_timeout = '10s'")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS orders_waiting")
        op.execute(INDEX)
        op.execute(text("SELECT set_config('lock_timeout', :before, false)").bindparams(before=before))


def downgrade() -> None:
    """There is nothing to go back for: older versions run on this schema."""
    raise RuntimeError("older versions run on it as it is")
