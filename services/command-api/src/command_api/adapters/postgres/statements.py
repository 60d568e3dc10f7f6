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


def _text(statement: ClauseElement) -> str:
    """For psycopg, with all parameters in binary."""
    return re.sub(r"(%\(\w+\))s", r"\1b", str(statement.compile(dialect=psycopg.dialect())))  # type: ignore[no-untyped-call]


def _given(name: str, columns: Iterable[Column[Any]]) -> CTE:
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
    given = _given(name, [*table.columns, Column(EXPECTED, BigInteger)])
    held = (
        select(key)
        .join(given, given.c[key.name] == key)
        .where(table.c.version == given.c.expected)
        .order_by(key)
        .with_for_update(of=table)
        .cte("held")
    )
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
    changes = {column.name: given.c[column.name] for column in table.columns if column is not key}
    updated = (
        update(table)
        .values(changes)
        .where(key == given.c[key.name], key.in_(select(held.c[key.name])))
        .returning(key)
        .cte("updated")
    )
    written = union_all(select(inserted.c[key.name]), select(updated.c[key.name])).cte("written")
    return _text(select(written.c[key.name]).add_cte(_log(cast(written.c[key.name], Text)).cte("logged")))


def _log(written: ColumnElement[str]) -> Any:
    """Insert the events of the aggregates that were `written`."""
    given = _given("event", OUTBOX.columns)
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

LOOK_UP: Final = _text(
    union_all(
        _products().add_columns(cast(null(), ORDERS.c.state.type).label("state")),
        select(*(cast(null(), column.type) for column in _PRODUCT_COLUMNS), ORDERS.c.state).where(
            ORDERS.c.order_id == any_(bindparam("order_ids", type_=ARRAY(ORDERS.c.order_id.type)))
        ),
    )
)
"""Parameters `skus` and `order_ids`. Answers products (with a state of NULL), and states of orders (with NULLs)."""

LOCK_PRODUCTS: Final = _text(_products().order_by(PRODUCTS.c.sku).with_for_update())
"""Parameter `skus`. Locks in the order of SKUs, so that two orders never deadlock over their products."""

ORDER_VERSION: Final = _text(select(ORDERS.c.version).where(ORDERS.c.order_id == bindparam("order_id")))
"""Parameter `order_id`."""

PARTITIONS: Final = _text(select(OUTBOX_LOG.c.partitions))
REVISION: Final = "SELECT version_num FROM alembic_version"
