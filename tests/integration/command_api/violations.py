"""A write against each constraint of the tables that a commit of many writes; which those are, the catalogue says."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import psycopg

from command_api.adapters.postgres import accepted_statements
from command_api.adapters.postgres.accepted_statements import ACCEPT, END
from command_api.adapters.postgres.answer_statements import STORED, WRITE_ANSWERED
from command_api.adapters.postgres.order_writes import OrderWrite
from command_api.adapters.postgres.statements import WRITE_ORDERS
from command_api.adapters.postgres.tables import ORDERS, OUTBOX
from command_api.adapters.postgres.writes import Write
from command_api.application.errors import KeyTaken, VersionConflict
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.test_committing import order_write
from tests.integration.command_api.test_committing_answers import answer, keyed

_STATEMENTS: Final = WRITE_ORDERS + WRITE_ANSWERED + END + ACCEPT
"""Those that are for many commands at once."""
WRITTEN: Final = sorted(set(re.findall(r"(?:INSERT INTO|(?<!FOR )UPDATE) (\w+)", _STATEMENTS)))
"""Every table that they write."""
GIVEN: Final = {
    f"{column.table.name}.{column.name}"
    for column in (*ORDERS.columns, *OUTBOX.columns, *STORED, *accepted_statements.STORED)
}
"""Columns whose values come with a command; all others the database fills itself."""
CONSTRAINTS: Final = """
SELECT rel || '.' || name, array_agg(rel || '.' || attname) FROM (
  SELECT conrelid::regclass::text AS rel, conname AS name, conrelid AS oid, unnest(conkey) AS attnum
  FROM pg_constraint WHERE contype <> 'n'
  UNION
  SELECT indrelid::regclass::text, indexrelid::regclass::text, indrelid, unnest(indkey) FROM pg_index WHERE indisunique
  UNION
  SELECT attrelid::regclass::text, attname, attrelid, attnum FROM pg_attribute
  WHERE attnotnull AND attnum > 0 AND NOT attisdropped
) AS constraints JOIN pg_attribute ON attrelid = oid AND pg_attribute.attnum = constraints.attnum
WHERE rel = ANY(%s) GROUP BY 1
"""
"""By table and name; what must not be NULL has its column's name."""


class Violation(NamedTuple):
    """`of` makes a bad write out of a good one that has been committed; `refused` is how it ends."""

    of: Callable[[OrderWrite], OrderWrite]
    refused: type[Exception]


def _without_id(write: Write) -> Write:
    return Write(None, (None, *write.row[1:]), write.events)  # type: ignore[arg-type]


def _again(write: OrderWrite) -> OrderWrite:
    """The same order as new once more, under another key."""
    return OrderWrite(write.order, answer())


def _same_event(write: OrderWrite) -> OrderWrite:
    """The next version of the order, with the event that it has already."""
    assert write.order is not None
    order_id, version, *rest, _ = write.order.row
    return keyed(Write(order_id, (order_id, version + 1, *rest, version), write.order.events))


def _order(**changed: Any) -> Violation:
    (column,) = changed
    refused = psycopg.errors.NotNullViolation if changed[column] is None else psycopg.errors.CheckViolation
    return Violation(lambda _: keyed(order_write(**changed)), refused)


def _answer(refused: type[Exception], **changed: Any) -> Violation:
    return Violation(lambda _: OrderWrite(order_write(), answer(**changed)), refused)


def _key(refused: type[Exception], **changed: Any) -> Violation:
    return Violation(lambda _: OrderWrite(order_write(), replace(answer(), **changed)), refused)


VIOLATIONS: Final[dict[str, Violation]] = {
    "orders.orders_pkey": Violation(_again, VersionConflict),
    "orders.orders_version_check": _order(row_version=0),
    "orders.order_id": Violation(lambda _: keyed(_without_id(order_write())), psycopg.errors.NotNullViolation),
    "orders.version": _order(row_version=None),
    "orders.status": _order(row_status=None),
    "orders.state": _order(row_state=None),
    "orders.updated_at": _order(row_updated_at=None),
    "outbox.outbox_aggregate_type_aggregate_id_version_key": Violation(_same_event, psycopg.errors.UniqueViolation),
    "outbox.partition": _order(event_partition=None),
    "outbox.event_id": _order(event_event_id=None),
    "outbox.aggregate_type": _order(event_aggregate_type=None),
    "outbox.version": _order(event_version=None),
    "outbox.type": _order(event_type=None),
    "outbox.data": _order(event_data=None),
    "outbox.occurred_at": _order(event_occurred_at=None),
    "idempotency_keys.idempotency_keys_pkey": Violation(
        lambda write: OrderWrite(order_write(), write.closing), KeyTaken
    ),
    "idempotency_keys.scope": _key(TypeError, scope=None),
    "idempotency_keys.fingerprint": _key(psycopg.errors.NotNullViolation, fingerprint=None),
    "idempotency_keys.status": _answer(psycopg.errors.NotNullViolation, status=None),
    "idempotency_keys.headers": _answer(TypeError, headers=None),
    "idempotency_keys.body": _answer(TypeError, body=None),
}
UNREACHABLE: Final = {"outbox.aggregate_id"}
"""By its aggregate's id an event is found among those of the batch: one without is nobody's."""


async def constraints(shop: Shop) -> set[str]:
    """Those of the written tables that a command's values can violate."""
    rows = [tuple(row.values()) for row in await shop.rows(CONSTRAINTS, WRITTEN)]
    return {name for name, columns in rows if GIVEN & set(columns)}


def named(refusal: Exception) -> str | None:
    """The constraint by Postgres' word; None where it was not the one to refuse."""
    if not isinstance(refusal, psycopg.Error):
        return None
    return f"{refusal.diag.table_name}.{refusal.diag.constraint_name or refusal.diag.column_name}"
