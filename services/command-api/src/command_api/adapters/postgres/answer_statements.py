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
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL
from sqlalchemy.dialects.postgresql import insert as insert_or

from command_api.adapters.postgres.closing_statements import GOES_WITH, write_with
from command_api.adapters.postgres.statements import as_text, given_rows
from command_api.adapters.postgres.tables import IDEMPOTENCY_KEYS

STORED: Final = [column for column in IDEMPOTENCY_KEYS.columns if column.name != "answered_at"]
"""What is given of an answer; the database adds the moment."""
LOCK: Final = "lock"

_SWEEPING: Final = 7_236_102
"""An advisory lock's number; only one replica drops answers at a time."""
_HOUR: Final[ColumnElement[timedelta]] = literal_column("interval '1 hour'", INTERVAL)


def _write() -> str:
    """Write orders, and answers: see `write_with`. Parameters `key_<column>`, `key_lock` and `key_goes_with`.

    Nobody waits for a key: it is claimed with a lock that is to be had at once, or not at all. So this never deadlocks
    with whoever has claimed a key and waits for an order.
    """
    return write_with(given_keys(), IDEMPOTENCY_KEYS.c.scope, claim_keys)


def given_keys() -> CTE:
    """Answers to be kept, as they come as parameters."""
    return given_rows("key", [*STORED, Column(LOCK, BigInteger), Column(GOES_WITH, Uuid)])


def claim_keys(keys: CTE, which: ColumnElement[bool]) -> CTE:
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
