"""The statements that keep what callers with an idempotency key were told: written with the command, found, dropped."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Double,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL
from sqlalchemy.dialects.postgresql import insert as insert_or

from command_api.adapters.postgres.statements import (
    EXPECTED,
    as_text,
    change_rows,
    given_rows,
    hold_rows,
    log_events,
)
from command_api.adapters.postgres.tables import IDEMPOTENCY_KEYS, ORDERS

STORED: Final = [column for column in IDEMPOTENCY_KEYS.columns if column.name != "answered_at"]
"""What is given of an answer; the database adds the moment."""
LOCK: Final = "lock"
ORDER_ID: Final = "order_id"

_SWEEPING: Final = 7_236_102
"""An advisory lock's number; only one replica drops answers at a time."""
_HOUR: Final[ColumnElement[timedelta]] = literal_column("interval '1 hour'", INTERVAL)


def _write() -> str:
    """Write orders as WRITE_ORDERS does, and answers: of each command all that it has, or nothing.

    Parameters: those of WRITE_ORDERS, and `key_<column>`, `key_lock` and `key_order_id`, the order that the answer goes
    with, or NULL. Answers `(order_id, NULL)` for what stood at the version expected, and `(NULL, scope)` for the keys
    that were free. A new order whose id is taken raises UniqueViolation.

    Nobody waits for a key: it is claimed with a lock that is to be had at once, or not at all. So this never deadlocks
    with whoever has claimed a key and waits for an order. A key is written when its order is held, and nothing can keep
    the command from taking effect any more.
    """
    order_id = ORDERS.c.order_id
    orders = given_rows("order", [*ORDERS.columns, Column(EXPECTED, BigInteger)])
    keys = given_rows("key", [*STORED, Column(LOCK, BigInteger), Column(ORDER_ID, Uuid)])
    is_new = orders.c.expected == literal_column("0")
    held = hold_rows(ORDERS, orders)
    ready = union_all(select(held.c.order_id), select(orders.c.order_id).where(is_new)).cte("ready")
    claimed = _claim(keys, or_(keys.c.order_id.is_(None), keys.c.order_id.in_(select(ready.c.order_id))))
    has_none = keys.c.scope.not_in(select(claimed.c.scope))
    barred = select(keys.c.order_id).where(keys.c.order_id.is_not(None), has_none).cte("barred")
    free = orders.c.order_id.not_in(select(barred.c.order_id))
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
    written = union_all(select(inserted.c.order_id), select(updated.c.order_id)).cte("written")
    ends = union_all(select(held.c.order_id, cast(null(), LargeBinary)), select(cast(null(), Uuid), claimed.c.scope))
    return as_text(ends.add_cte(log_events(cast(written.c.order_id, Text)).cte("logged")))


def _claim(keys: CTE, which: ColumnElement[bool]) -> CTE:
    """Write the answers of `which` whose keys are free; answers their scopes."""
    free = func.pg_try_advisory_xact_lock(keys.c.lock)
    rows = select(*(keys.c[column.name] for column in STORED)).where(which, free)
    claimed = insert_or(IDEMPOTENCY_KEYS).from_select([column.name for column in STORED], rows)
    return claimed.on_conflict_do_nothing().returning(IDEMPOTENCY_KEYS.c.scope).cte("claimed")


def _drop() -> str:
    """Drop answers, the oldest first, unless another replica is at it. Answers how many there were."""
    mine = select(func.pg_try_advisory_xact_lock(literal_column(str(_SWEEPING))).label("turn")).cte("mine")
    at = IDEMPOTENCY_KEYS.c.answered_at
    kept: ColumnElement[Any] = func.now() - cast(bindparam("hours", type_=Integer), Double) * _HOUR
    old = (
        select(IDEMPOTENCY_KEYS.c.scope)
        .select_from(IDEMPOTENCY_KEYS.join(mine, mine.c.turn))
        .where(at < kept)
        .order_by(at)
        .limit(bindparam("most", type_=Integer))
        .cte("old")
    )
    dropped = (
        delete(IDEMPOTENCY_KEYS)
        .where(IDEMPOTENCY_KEYS.c.scope.in_(select(old.c.scope)))
        .returning(IDEMPOTENCY_KEYS.c.scope)
        .cte("dropped")
    )
    return as_text(select(func.count()).select_from(dropped))


WRITE_ANSWERED: Final = _write()

FIND_ANSWERS: Final = as_text(
    select(*STORED).where(IDEMPOTENCY_KEYS.c.scope == any_(bindparam("scopes", type_=ARRAY(LargeBinary))))
)
"""Parameter `scopes`. Answers the columns of STORED."""

DROP_ANSWERS: Final = _drop()
"""Parameters `hours`, of which an answer is kept at least so many, and `most`."""
