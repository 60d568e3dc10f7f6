"""The statements about what an inventory elsewhere is to do for orders, built once, at import.

A row whose move is `reserve` says that units are asked for, and are the order's only if it is saved. Whoever saves it
takes the row away in the same transaction; whoever gives up makes it an `undo`. So only one of them ever does.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Double,
    Integer,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.sql import ColumnElement

from command_api.adapters.postgres.statements import as_text
from command_api.adapters.postgres.tables import INVENTORY_INTENTS

_INTENT: Final = INVENTORY_INTENTS.c
_RESERVE: Final[ColumnElement[str]] = literal_column("'reserve'")
_UNDO: Final[ColumnElement[str]] = literal_column("'undo'")
_SECOND: Final[ColumnElement[timedelta]] = literal_column("interval '1 second'", INTERVAL)
_NOW: Final[ColumnElement[Any]] = func.now()
_THIS: Final = _INTENT.intent_id == bindparam("intent_id", type_=BigInteger)
_GIVEN: Final = {
    column.name: bindparam(f"given_{column.name}", type_=column.type)
    for column in (_INTENT.order_id, _INTENT.version, _INTENT.units)
}


def _in(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    return _NOW + cast(seconds, Double) * _SECOND


_LATER: Final = _in(bindparam("seconds", type_=Double))

_opened: Final = insert_or(INVENTORY_INTENTS).values(
    **_GIVEN, move=_RESERVE, due_at=_LATER, attempts=literal_column("0")
)
OPEN: Final = as_text(
    _opened.on_conflict_do_update(
        index_elements=[_INTENT.order_id, _INTENT.version],
        index_where=_INTENT.move == _RESERVE,
        set_={"due_at": _opened.excluded.due_at},
    ).returning(_INTENT.intent_id)
)
"""Parameters `given_order_id`, `given_version`, `given_units`, `seconds`. Answers the intent, which may be one that is
open already: two who confirm the same version of an order ask for the same units under the same number."""

KEEP: Final = as_text(delete(INVENTORY_INTENTS).where(_THIS, _INTENT.move == _RESERVE).returning(_INTENT.intent_id))
"""Parameter `intent_id`. Answers it unless it was given up."""

GIVE_UP: Final = as_text(
    update(INVENTORY_INTENTS)
    .where(_THIS, _INTENT.move == _RESERVE)
    .values(move=_UNDO, due_at=_NOW)
    .returning(_INTENT.intent_id)
)
"""Parameter `intent_id`. Answers it unless it was kept, or given up before."""

TELL: Final = as_text(
    insert(INVENTORY_INTENTS)
    .values(
        **_GIVEN,
        move=bindparam("given_move", type_=_INTENT.move.type),
        due_at=_NOW,
        attempts=literal_column("0"),
    )
    .returning(_INTENT.intent_id)
)
"""Parameters `given_order_id`, `given_version`, `given_units`, `given_move`."""

_earlier: Final = INVENTORY_INTENTS.alias("earlier")
_due: Final = (
    select(_INTENT.intent_id)
    .where(
        _INTENT.due_at <= _NOW,
        ~exists().where(
            _earlier.c.order_id == _INTENT.order_id,
            _earlier.c.intent_id < _INTENT.intent_id,
            _earlier.c.move != _RESERVE,
        ),
    )
    .order_by(_INTENT.due_at)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=INVENTORY_INTENTS)
    .cte("due")
)
CLAIM: Final = as_text(
    update(INVENTORY_INTENTS)
    .where(_INTENT.intent_id == _due.c.intent_id)
    .values(
        move=case((_INTENT.move == _RESERVE, _UNDO), else_=_INTENT.move),
        attempts=_INTENT.attempts + literal_column("1"),
        due_at=_in(
            func.least(
                bindparam("longest", type_=Double),
                bindparam("seconds", type_=Double)
                * func.power(literal_column("2"), func.least(_INTENT.attempts, literal_column("20"))),
            )
        ),
    )
    .returning(_INTENT.intent_id, _INTENT.order_id, _INTENT.version, _INTENT.move, _INTENT.units)
)
"""Parameters `most`, `seconds`, `longest`. Answers what is to be done now, and is nobody else's for `seconds`, twice as
many at each further attempt; of one order one thing after the other. What was never saved is to be undone."""

DONE: Final = as_text(delete(INVENTORY_INTENTS).where(_THIS).returning(_INTENT.intent_id))
"""Parameter `intent_id`."""
