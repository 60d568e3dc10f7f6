"""What query-api answers from: a schema whose views all show one generation, and are all replaced at once.

Processes have `live` on their search_path. A promotion runs `live_views` of another generation in one transaction, a
migration that changes a read model `renew_live_views`. Simple views: Postgres puts the table in their place when it
plans a statement.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

COLUMNS: Final[Mapping[str, str]] = {
    "projection_heads": "projection, epoch, sequences, at, applied_at",
    "projection_checkpoint": "projection, partition, epoch, sequence, event_id, parked",
    "parked_event": "projection, partition, aggregate_type, aggregate_id, version",
    "order_view": "order_id, version, doc",
    "order_summary": "order_id, customer_id, status, reference, total_cents, skus, created_at, doc",
    "order_sku": "sku, created_at, order_id",
    "order_history": "order_id, version, doc",
    "product_view": "sku, version, listed, doc",
    "command_status": "command_id, version, token, doc",
    "customer_summary": "customer_id, currency, orders, confirmed_orders, spent_cents, last_order_at",
    "sales_daily": ("day, currency, orders, units, revenue_cents, cancelled_orders, cancelled_units, cancelled_cents"),
}
"""By view, the columns of the table of this name. New ones go to the end: a view that is replaced keeps its columns in
their places. One that loses a column has to be dropped before, by the migration that drops the column.
"""
READ_MODELS: Final = tuple(name for name in COLUMNS if not name.startswith(("projection_", "parked_")))
"""The tables that are filled from events."""

TABLES: Final = """
CREATE SCHEMA live;
GRANT USAGE ON SCHEMA live TO orders_query;
CREATE TABLE public.live_generation (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation  text COLLATE "C" NOT NULL,
    previous    text COLLATE "C",
    promoted_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO public.live_generation (generation) VALUES ('g1');
"""
"""Where the views are, and the note of which generation they show and which one they showed before."""

_VIEW: Final = "CREATE OR REPLACE VIEW live.{view} AS SELECT {shown}; GRANT SELECT ON live.{view} TO orders_query"


def live_views(generation: str) -> list[str]:
    """The statements that let every live view show `generation`, in order; each locks one view and nothing else."""
    shown = {"generation": f"'{generation}'::text COLLATE \"C\" AS name"}
    shown |= {table: f"{columns} FROM {generation}.{table}" for table, columns in COLUMNS.items()}
    return [_VIEW.format(view=view, shown=what) for view, what in shown.items()]


def renew_live_views(connection: Connection) -> None:
    """Let the live views show what the live generation has by now."""
    query = "SELECT generation FROM public.live_generation FOR UPDATE"
    for statement in live_views(str(connection.exec_driver_sql(query).scalar_one())):
        connection.exec_driver_sql(statement)
