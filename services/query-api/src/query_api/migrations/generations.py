"""The tables of one generation of read models: a schema of its own, so that two generations stand side by side.

The projector fills them, query-api answers from them; both reach them by search_path.
"""

import re
from typing import Final

from query_api.migrations.order_lists import INDEXES, indexes_of, sku_keeping_of, sku_table_of
from query_api.migrations.texts import statements

_NAME: Final = re.compile(r"g[1-9][0-9]{0,8}")

_TABLES: Final = """
CREATE TABLE {g}.order_view (
    order_id uuid PRIMARY KEY,
    version  bigint NOT NULL,
    doc      json NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE {g}.order_summary (
    order_id    uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    status      text COLLATE "C" NOT NULL,
    reference   text COLLATE "C",
    total_cents bigint NOT NULL,
    skus        text[] COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    doc         json NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE {g}.order_history (
    order_id uuid NOT NULL,
    version  bigint NOT NULL,
    doc      json NOT NULL,
    PRIMARY KEY (order_id, version)
);

CREATE TABLE {g}.product_view (
    sku     text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    listed  boolean NOT NULL,
    doc     json NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE {g}.projection_checkpoint (
    projection text COLLATE "C" NOT NULL,
    partition  smallint NOT NULL,
    epoch      bigint NOT NULL,
    sequence   bigint NOT NULL,
    event_id   text NOT NULL,
    parked     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (projection, partition)
) WITH (fillfactor = 50);

CREATE TABLE {g}.projection_heads (
    projection text COLLATE "C" PRIMARY KEY,
    epoch      bigint NOT NULL,
    sequences  bigint[] NOT NULL,
    at         timestamptz NOT NULL,
    applied_at timestamptz
) WITH (fillfactor = 50);
"""

_PARKING: Final = """
CREATE TABLE {g}.parked_event (
    projection     text COLLATE "C" NOT NULL,
    partition      smallint NOT NULL,
    sequence       bigint NOT NULL,
    event_id       text NOT NULL,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    version        bigint,
    type           text NOT NULL,
    data           bytea NOT NULL,
    reason         text NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, partition, sequence)
);

CREATE INDEX parked_event_aggregate ON {g}.parked_event (projection, partition, aggregate_type, aggregate_id, sequence);
"""

_GRANTS: Final = """
GRANT USAGE ON SCHEMA {g} TO orders_projector, orders_query;
GRANT SELECT ON {g}.order_view, {g}.order_summary, {g}.order_history, {g}.product_view,
    {g}.projection_checkpoint, {g}.projection_heads TO orders_query;
GRANT SELECT, INSERT, UPDATE (version, doc), TRUNCATE ON {g}.order_view TO orders_projector;
GRANT SELECT, INSERT, UPDATE (customer_id, status, reference, total_cents, skus, created_at, doc), TRUNCATE
    ON {g}.order_summary TO orders_projector;
GRANT SELECT, INSERT, UPDATE (doc), TRUNCATE ON {g}.order_history TO orders_projector;
GRANT SELECT, INSERT, UPDATE (version, listed, doc), TRUNCATE ON {g}.product_view TO orders_projector;
GRANT SELECT, INSERT, UPDATE (reason), DELETE, TRUNCATE ON {g}.parked_event TO orders_projector;
GRANT SELECT, INSERT, UPDATE (epoch, sequence, event_id, parked), DELETE
    ON {g}.projection_checkpoint TO orders_projector;
GRANT SELECT, INSERT, UPDATE (epoch, sequences, at, applied_at), DELETE ON {g}.projection_heads TO orders_projector;
"""

_COMMANDS: Final = """
CREATE TABLE {g}.command_status (
    command_id uuid PRIMARY KEY,
    version    bigint NOT NULL,
    token      text,
    doc        json NOT NULL
) WITH (fillfactor = 80);

GRANT SELECT ON {g}.command_status TO orders_query;
GRANT SELECT, INSERT, UPDATE (version, token, doc), TRUNCATE ON {g}.command_status TO orders_projector;
"""

_SUMS: Final = """
CREATE TABLE {g}.customer_summary (
    customer_id      uuid NOT NULL,
    currency         text COLLATE "C" NOT NULL,
    orders           bigint NOT NULL,
    confirmed_orders bigint NOT NULL,
    spent_cents      numeric(38, 0) NOT NULL,
    last_order_at    timestamptz NOT NULL,
    PRIMARY KEY (customer_id, currency)
) WITH (fillfactor = 80);

CREATE TABLE {g}.sales_daily (
    day              date NOT NULL,
    currency         text COLLATE "C" NOT NULL,
    orders           bigint NOT NULL,
    units            bigint NOT NULL,
    revenue_cents    numeric(38, 0) NOT NULL,
    cancelled_orders bigint NOT NULL,
    cancelled_units  bigint NOT NULL,
    cancelled_cents  numeric(38, 0) NOT NULL,
    PRIMARY KEY (day, currency)
) WITH (fillfactor = 50);

GRANT SELECT ON {g}.customer_summary, {g}.sales_daily TO orders_query;
GRANT SELECT, INSERT, UPDATE (orders, confirmed_orders, spent_cents, last_order_at), TRUNCATE
    ON {g}.customer_summary TO orders_projector;
GRANT SELECT, INSERT, UPDATE (orders, units, revenue_cents, cancelled_orders, cancelled_units, cancelled_cents),
    TRUNCATE ON {g}.sales_daily TO orders_projector;
"""

_TELLING: Final = """
GRANT SELECT (projection, partition, aggregate_type, aggregate_id, version) ON {g}.parked_event TO orders_query;
"""


def new_generation(generation: str) -> list[str]:
    """The statements that make the schema `generation` with all that belongs to it, in order.

    The roles must be there. Raises ValueError for another name.
    """
    return [*bare_generation(generation), *indexes_of(generation).values(), *sku_keeping_of(generation)]


def bare_generation(generation: str) -> list[str]:
    """The same without what only questions need, and is quicker made when the rows are there: the indexes, and the
    SKUs' orders, whose table stays empty.
    """
    return [
        *_schema(generation),
        *statements(_TABLES + _PARKING, generation),
        *grants_of(generation),
        *commands_of(generation),
        *sums_of(generation),
        *sku_table_of(generation),
        *telling_of(generation),
    ]


def tables_of(generation: str) -> list[str]:
    """The statements that make the schema `generation` (`g1`, `g2`, ...) and its first tables, in order.

    Raises ValueError for another name.
    """
    return [*_schema(generation), *statements(_TABLES + INDEXES + _PARKING, generation)]


def parking_of(generation: str) -> list[str]:
    """The statements that let a generation of the first revision park events, in order."""
    column = f"ALTER TABLE {generation}.projection_checkpoint ADD parked integer NOT NULL DEFAULT 0"
    return [column, *statements(_PARKING, generation)]


def grants_of(generation: str) -> list[str]:
    """The statements that let the roles of both processes do their work in the first tables, in order."""
    return statements(_GRANTS, generation)


def commands_of(generation: str) -> list[str]:
    """The statements that let a generation tell what became of commands, in order. The roles must be there."""
    return statements(_COMMANDS, generation)


def sums_of(generation: str) -> list[str]:
    """The statements that let a generation keep sums per customer and per day, in order. The roles must be there."""
    return statements(_SUMS, generation)


def telling_of(generation: str) -> list[str]:
    """The statements that let query-api tell that what is asked for is parked, in order. The roles must be there."""
    return statements(_TELLING, generation)


def _schema(generation: str) -> list[str]:
    if _NAME.fullmatch(generation) is None:
        raise ValueError(f"{generation!r} is not the name of a generation, such as g1")
    return [f"CREATE SCHEMA {generation}"]
