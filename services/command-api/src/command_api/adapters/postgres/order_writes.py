"""Orders, and what closes their commands, written with one statement: all of a command or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from command_api.adapters.postgres.accepted_statements import END
from command_api.adapters.postgres.answer_statements import WRITE_ANSWERED
from command_api.adapters.postgres.answers import answer_parameters
from command_api.adapters.postgres.closing_statements import GOES_WITH
from command_api.adapters.postgres.statements import WRITE_ORDERS
from command_api.adapters.postgres.tables import ORDERS
from command_api.adapters.postgres.writes import Write, arrays, order_parameters
from command_api.application.errors import EndedBefore, KeyTaken, VersionConflict
from command_api.application.idempotency import StoredAnswer

Run = Callable[[str, dict[str, Any]], Awaitable[list[TupleRow]]]
"""Runs a statement with its parameters, and answers its rows."""
End = Exception | None
"""VersionConflict, KeyTaken, EndedBefore, or None for what is written."""

_ID_TAKEN: Final = f"{ORDERS.name}_pkey"
_ENDED: Final = ["ended_command_id", f"ended_{GOES_WITH}"]


class Ending(NamedTuple):
    """An accepted command that ends, and the rows of its last event."""

    command_id: UUID
    events: list[tuple[Any, ...]]


class OrderWrite(NamedTuple):
    """What one command writes where no product is touched: an order, what closes the command, or both."""

    order: Write | None
    closing: StoredAnswer | Ending | None

    @property
    def claim(self) -> bytes | UUID | None:
        """What only one write can have: the key that the answer is for, or the command that ends."""
        match self.closing:
            case StoredAnswer(scope=scope):
                return scope
            case Ending(command_id=command_id):
                return command_id
            case None:
                return None

    def refused(self) -> Exception:
        """What it means that somebody else has that."""
        return KeyTaken() if isinstance(self.closing, StoredAnswer) else EndedBefore()


async def write_orders(run: Run, writes: Sequence[OrderWrite]) -> list[End]:
    """How each ended. No two may be of one order, or for one key, and answers and endings may not be mixed.

    Raises psycopg.Error, and then nothing is written.
    """
    orders = [write.order for write in writes if write.order is not None]
    closings = [(write.order and write.order.key, write.closing) for write in writes if write.closing is not None]
    if not closings:
        rows = await run(WRITE_ORDERS, order_parameters(orders))
        written = {row[0] for row in rows}
        return [None if write.order and write.order.key in written else VersionConflict() for write in writes]
    statement, parameters = _closed(closings)
    more = [event for _, closing in closings if isinstance(closing, Ending) for event in closing.events]
    rows = await run(statement, {**order_parameters(orders, more), **parameters})
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


def _closed(closings: Sequence[tuple[object, StoredAnswer | Ending]]) -> tuple[str, dict[str, list[Any]]]:
    """The statement that writes orders together with these, and what it takes for them."""
    answers = [(key, closing) for key, closing in closings if isinstance(closing, StoredAnswer)]
    if answers:
        return WRITE_ANSWERED, answer_parameters(answers)
    endings = [(closing.command_id, key) for key, closing in closings if isinstance(closing, Ending)]
    return END, arrays(_ENDED, endings)


def _end(write: OrderWrite, ready: set[object], claimed: set[object]) -> End:
    if write.order is not None and write.order.key not in ready:
        return VersionConflict()
    return None if write.claim is None or write.claim in claimed else write.refused()
