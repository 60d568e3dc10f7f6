"""Orders written together with what closes their commands: an answer that is kept, the end of an accepted command."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Text,
    cast,
    insert,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from command_api.adapters.postgres.statements import (
    EXPECTED,
    as_text,
    change_rows,
    given_rows,
    hold_rows,
    log_events,
)
from command_api.adapters.postgres.tables import ORDERS

GOES_WITH: Final = "goes_with"
"""The id of the order that a closing goes with, or NULL."""

Claim = Callable[[CTE, ColumnElement[bool]], CTE]
"""Claims those of the closings given for which the condition is true, without waiting; answers their keys."""


def write_with(closings: CTE, key: Column[Any], claim: Claim, *, ends: bool = False) -> str:
    """Write orders as WRITE_ORDERS does, and closings: of each command all that it has, or nothing.

    Parameters: those of WRITE_ORDERS, and those of `closings`. Answers `(order_id, NULL)` for what stood at the version
    expected, and `(NULL, key)` for the closings that could be claimed. A new order whose id is taken raises
    UniqueViolation. With `ends` the keys are ids of aggregates whose events are written, too.

    A closing is claimed when its order is held, and nothing can keep the command from taking effect any more.
    """
    order_id = ORDERS.c.order_id
    orders = given_rows("order", [*ORDERS.columns, Column(EXPECTED, BigInteger)])
    is_new = orders.c.expected == literal_column("0")
    held = hold_rows(ORDERS, orders)
    ready = union_all(select(held.c.order_id), select(orders.c.order_id).where(is_new)).cte("ready")
    goes_with = closings.c[GOES_WITH]
    claimed = claim(closings, or_(goes_with.is_(None), goes_with.in_(select(ready.c.order_id))))
    has_none = closings.c[key.name].not_in(select(claimed.c[key.name]))
    barred = select(goes_with).where(goes_with.is_not(None), has_none).cte("barred")
    free = orders.c.order_id.not_in(select(barred.c[GOES_WITH]))
    inserted = (
        insert(ORDERS)
        .from_select(
            [column.name for column in ORDERS.columns],
            select(*(orders.c[column.name] for column in ORDERS.columns)).where(is_new, free),
        )
        .returning(order_id)
        .cte("inserted")
    )
    updated = change_rows(ORDERS, orders, order_id.in_(select(held.c.order_id)), free)
    keys = [select(inserted.c.order_id), select(updated.c.order_id)]
    written = union_all(*keys, *([select(claimed.c[key.name])] if ends else [])).cte("written")
    answer = union_all(
        select(held.c.order_id, cast(null(), key.type)), select(cast(null(), order_id.type), claimed.c[key.name])
    )
    return as_text(answer.add_cte(log_events(cast(written.c.order_id, Text)).cte("logged")))
