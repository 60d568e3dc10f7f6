"""Orders, and answers to callers with an idempotency key, written with one statement: all of a command or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import TupleRow

from command_api.adapters.postgres.answer_statements import WRITE_ANSWERED
from command_api.adapters.postgres.answers import answer_parameters
from command_api.adapters.postgres.statements import WRITE_ORDERS
from command_api.adapters.postgres.tables import ORDERS
from command_api.adapters.postgres.writes import Write, order_parameters
from command_api.application.errors import KeyTaken, VersionConflict
from command_api.application.idempotency import StoredAnswer

Run = Callable[[str, dict[str, Any]], Awaitable[list[TupleRow]]]
"""Runs a statement with its parameters, and answers its rows."""
End = VersionConflict | KeyTaken | None

_ID_TAKEN: Final = f"{ORDERS.name}_pkey"


class OrderWrite(NamedTuple):
    """What one command writes where no product is touched: an order, the answer to its caller, or both."""

    order: Write | None
    stored: StoredAnswer | None


async def write_orders(run: Run, writes: Sequence[OrderWrite]) -> list[End]:
    """How each ended. No two may be of one order, or for one key. Raises psycopg.Error, and then nothing is written."""
    orders = [write.order for write in writes if write.order is not None]
    kept = [(write.order, write.stored) for write in writes if write.stored is not None]
    if not kept:
        rows = await run(WRITE_ORDERS, order_parameters(orders))
        written = {row[0] for row in rows}
        return [None if write.order and write.order.key in written else VersionConflict() for write in writes]
    rows = await run(WRITE_ANSWERED, {**order_parameters(orders), **answer_parameters(kept)})
    ready = {row[0] for row in rows} | {order.key for order in orders if order.is_new}
    claimed = {row[1] for row in rows}
    return [_end(write, ready, claimed) for write in writes]


async def write_alone(run: Run, write: OrderWrite) -> End:
    """The same for one. Raises psycopg.Error."""
    try:
        (end,) = await write_orders(run, [write])
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != _ID_TAKEN:
            raise
        return VersionConflict()
    return end


def _end(write: OrderWrite, ready: set[object], claimed: set[object]) -> End:
    if write.order is not None and write.order.key not in ready:
        return VersionConflict()
    if write.stored is not None and write.stored.scope not in claimed:
        return KeyTaken()
    return None
