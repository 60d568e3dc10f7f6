"""Every statement that this service runs, built once, at import."""

import re
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, psycopg
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.sql import ClauseElement

from command_api.adapters.postgres.tables import ORDERS, OUTBOX, OUTBOX_LOG, PRODUCTS

EXPECTED: Final = "expected"
"""The version that a write expects to find; 0 where the row must be new."""


def as_text(statement: ClauseElement) -> str:
    """For psycopg, with all parameters in binary."""
    return re.sub(r"(%\(\w+\))s", r"\1b", str(statement.compile(dialect=psycopg.dialect())))  # type: ignore[no-untyped-call]


def given_rows(name: str, columns: Iterable[Column[Any]]) -> CTE:
    """Rows that come as one array parameter per column, each named `<name>_<column>`."""
    columns = list(columns)
    arrays = [bindparam(f"{name}_{column.name}", type_=ARRAY(column.type)) for column in columns]
    fields = [Column(column.name, column.type) for column in columns]
    return select(func.unnest(*arrays).table_valued(*fields).render_derived()).cte(f"given_{name}")


def _write(name: str, table: Table) -> str:
    """Write aggregates at the versions expected, and their events: of each aggregate both, or neither.

    Parameters: `<name>_<column>` and `<name>_expected`, and `event_<column>` of the outbox, as arrays. Answers the
    keys that were written. Rows are locked in the order of their keys, so that two such statements never deadlock.
    """
    (key,) = table.primary_key.columns
    given = given_rows(name, [*table.columns, Column(EXPECTED, BigInteger)])
    held = hold_rows(table, given)
    inserted = (
        insert_or(table)
        .from_select(
            [column.name for column in table.columns],
            select(*(given.c[column.name] for column in table.columns)).where(given.c.expected == literal_column("0")),
        )
        .on_conflict_do_nothing()
        .returning(key)
        .cte("inserted")
    )
    updated = change_rows(table, given, key.in_(select(held.c[key.name])))
    written = union_all(select(inserted.c[key.name]), select(updated.c[key.name])).cte("written")
    return as_text(select(written.c[key.name]).add_cte(log_events(cast(written.c[key.name], Text)).cte("logged")))


def hold_rows(table: Table, given: CTE) -> CTE:
    """Lock the rows that stand at the version expected, in the order of their keys; answers the keys."""
    (key,) = table.primary_key.columns
    held = select(key).join(given, given.c[key.name] == key).where(table.c.version == given.c.expected)
    return held.order_by(key).with_for_update(of=table).cte("held")


def change_rows(table: Table, given: CTE, *which: ColumnElement[bool]) -> CTE:
    """Give the rows of `which` their new values; answers the keys."""
    (key,) = table.primary_key.columns
    changes = {column.name: given.c[column.name] for column in table.columns if column is not key}
    changed = update(table).values(changes).where(key == given.c[key.name], *which)
    return changed.returning(key).cte("updated")


def log_events(written: ColumnElement[str]) -> Any:
    """Insert the events of the aggregates that were `written`."""
    given = given_rows("event", OUTBOX.columns)
    events = select(given).where(given.c.aggregate_id.in_(select(written)))
    return (
        insert(OUTBOX)
        .from_select([column.name for column in OUTBOX.columns], events.order_by(given.c.aggregate_id, given.c.version))
        .returning(OUTBOX.c.event_id)
    )


def _products() -> Select[Any]:
    wanted = bindparam("skus", type_=ARRAY(Text))
    return select(*_PRODUCT_COLUMNS).where(PRODUCTS.c.sku == any_(wanted))


_PRODUCT_COLUMNS: Final = (
    PRODUCTS.c.sku,
    PRODUCTS.c.version,
    PRODUCTS.c.name,
    PRODUCTS.c.unit_price_cents,
    PRODUCTS.c.currency,
    PRODUCTS.c.listed,
    PRODUCTS.c.on_hand,
    PRODUCTS.c.reserved,
)

WRITE_ORDERS: Final = _write("order", ORDERS)
WRITE_PRODUCTS: Final = _write("product", PRODUCTS)

LOOK_UP: Final = as_text(
    union_all(
        _products().add_columns(cast(null(), ORDERS.c.state.type).label("state")),
        select(*(cast(null(), column.type) for column in _PRODUCT_COLUMNS), ORDERS.c.state).where(
            ORDERS.c.order_id == any_(bindparam("order_ids", type_=ARRAY(ORDERS.c.order_id.type)))
        ),
    )
)
"""Parameters `skus` and `order_ids`. Answers products (with a state of NULL), and states of orders (with NULLs)."""

LOCK_PRODUCTS: Final = as_text(_products().order_by(PRODUCTS.c.sku).with_for_update())
"""Parameter `skus`. Locks in the order of SKUs, so that two orders never deadlock over their products."""

ORDER_VERSION: Final = as_text(select(ORDERS.c.version).where(ORDERS.c.order_id == bindparam("order_id")))
"""Parameter `order_id`."""

PARTITIONS: Final = as_text(select(OUTBOX_LOG.c.partitions))
REVISION: Final = "SELECT version_num FROM alembic_version"
