"""What lists of orders are read by: an index for each filter, in the order of the list.

No kind of index does that for SKUs: GIN finds the orders of a SKU and cannot give them in order, so a page of a
frequent one would read all its orders, or all orders. These pairs lie in a table, whose key is the order. The database
keeps it, as it keeps its indexes: whoever writes `order_summary`, in whatever way, need not know of it, and it cannot
differ. And as with indexes, it is quicker to fill it when the orders are there than to keep it meanwhile.
"""

from typing import Final

from query_api.application.generations.ports import Kept
from query_api.migrations.texts import statements

INDEXES: Final = """
CREATE INDEX order_summary_newest ON {g}.order_summary (created_at DESC NULLS LAST, order_id DESC NULLS LAST)
    INCLUDE (total_cents);
CREATE INDEX order_summary_customer ON {g}.order_summary (customer_id, created_at DESC, order_id DESC);
CREATE INDEX order_summary_customer_status ON {g}.order_summary
    (customer_id, status, created_at DESC NULLS LAST, order_id DESC);
CREATE INDEX order_summary_status ON {g}.order_summary (status, created_at DESC, order_id DESC) INCLUDE (total_cents);
CREATE INDEX order_summary_total ON {g}.order_summary (total_cents, created_at, order_id) INCLUDE (status);
CREATE INDEX order_summary_reference ON {g}.order_summary (reference, created_at DESC, order_id DESC)
    WHERE reference IS NOT NULL;
"""
"""Indexes that only questions need: a new generation is filled without them.

No moment and no id is NULL; where NULLs would go only tells orders apart: an index that serves some filters cannot be
taken in place of one that serves more. A list of one status would be read out of all orders, a customer's out of all of
his; statistics tell how many have not got the status, but not how many of these are on top.
"""

_TABLE: Final = """
CREATE TABLE {g}.order_sku (
    sku        text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    order_id   uuid NOT NULL,
    PRIMARY KEY (sku, created_at, order_id)
);

GRANT SELECT ON {g}.order_sku TO orders_query;
"""

_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION {g}.{name}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN {body} RETURN NULL; END $$
"""
_BODIES: Final = {
    "add_skus": """
    INSERT INTO {g}.order_sku SELECT sku, created_at, order_id FROM inserted, unnest(skus) AS sku
    ON CONFLICT DO NOTHING;
    """,
    "change_skus": """
    DELETE FROM {g}.order_sku
    WHERE order_id = OLD.order_id AND created_at = OLD.created_at AND sku = ANY (OLD.skus)
        AND (sku = ANY (NEW.skus) AND created_at = NEW.created_at) IS NOT TRUE;
    INSERT INTO {g}.order_sku SELECT sku, NEW.created_at, NEW.order_id FROM unnest(NEW.skus) AS sku
    ON CONFLICT DO NOTHING;
    """,
    "empty_skus": "TRUNCATE {g}.order_sku;",
}
"""Functions of triggers, which run with the rights of whoever migrates. NEW is null where a row is deleted."""

_TRIGGERS: Final = """
CREATE OR REPLACE TRIGGER add_skus AFTER INSERT ON {g}.order_summary
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION {g}.add_skus();

CREATE OR REPLACE TRIGGER change_skus AFTER UPDATE ON {g}.order_summary FOR EACH ROW
    WHEN (OLD.skus IS DISTINCT FROM NEW.skus OR OLD.created_at IS DISTINCT FROM NEW.created_at)
    EXECUTE FUNCTION {g}.change_skus();

CREATE OR REPLACE TRIGGER remove_skus AFTER DELETE ON {g}.order_summary
    FOR EACH ROW EXECUTE FUNCTION {g}.change_skus();

CREATE OR REPLACE TRIGGER empty_skus BEFORE TRUNCATE ON {g}.order_summary
    FOR EACH STATEMENT EXECUTE FUNCTION {g}.empty_skus();

TRUNCATE {g}.order_sku;

INSERT INTO {g}.order_sku SELECT DISTINCT sku, created_at, order_id FROM {g}.order_summary, unnest(skus) AS sku
    ORDER BY 1, 2, 3;
"""


def indexes_of(generation: str) -> dict[str, str]:
    """The statements that make the indexes that only questions need, by name of the index."""
    return {one.split()[2]: one for one in statements(INDEXES, generation)}


def skus_of(generation: str) -> list[str]:
    """The statements that let a generation list the orders of a SKU, in order. The roles must be there."""
    return [*sku_table_of(generation), *sku_keeping_of(generation)]


def sku_table_of(generation: str) -> list[str]:
    """The statements that make the table, and what its triggers will do."""
    functions = [
        made
        for name, body in _BODIES.items()
        for made in (
            _FUNCTION.replace("{name}", name).replace("{body}", body).replace("{g}", generation).strip(),
            f"REVOKE ALL ON FUNCTION {generation}.{name}() FROM PUBLIC",
        )
    ]
    return [*statements(_TABLE, generation), *functions]


def sku_keeping_of(generation: str) -> list[str]:
    """The statements that fill the table, and have it kept from then on; in one transaction.

    Nobody else writes orders meanwhile: the first trigger locks them out.
    """
    return statements(_TRIGGERS, generation)


def kept_of(generation: str) -> dict[str, Kept]:
    """The tables of a generation that are kept like indexes, by name. Of the triggers, all are there or none is."""
    return {"order_sku": Kept("add_skus", sku_keeping_of(generation))}
