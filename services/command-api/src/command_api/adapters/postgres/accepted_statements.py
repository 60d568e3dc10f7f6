"""The statements that store accepted commands, hand them out, and end them together with what they write."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Double,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL

from command_api.adapters.postgres.answer_statements import claim_keys, given_keys
from command_api.adapters.postgres.closing_statements import GOES_WITH, write_with
from command_api.adapters.postgres.statements import as_text, given_rows, log_events
from command_api.adapters.postgres.tables import ACCEPTED_COMMANDS

_ID: Final = ACCEPTED_COMMANDS.c.command_id
_DUE: Final = ACCEPTED_COMMANDS.c.due_at
_SECOND: Final[ColumnElement[timedelta]] = literal_column("interval '1 second'", INTERVAL)

STORED: Final = [column for column in ACCEPTED_COMMANDS.columns if column.server_default is None]
"""What is given of a command; the database adds when it is due, and that nobody has begun it."""


def _accept() -> str:
    """Store commands, their events, and the answers to their callers: of each all that it has, or nothing.

    Parameters `command_<column>` of STORED, `event_<column>` of the outbox, `key_<column>`, `key_lock` and
    `key_goes_with` (here the id of the command that the answer goes with), as arrays. Answers the ids of those stored.
    """
    given, keys = given_rows("command", STORED), given_keys()
    claimed = claim_keys(keys, true())
    barred = select(keys.c[GOES_WITH]).where(keys.c.scope.not_in(select(claimed.c.scope))).cte("barred")
    rows = select(*(given.c[column.name] for column in STORED)).where(
        given.c.command_id.not_in(select(barred.c[GOES_WITH]))
    )
    stored = (
        insert(ACCEPTED_COMMANDS).from_select([column.name for column in STORED], rows).returning(_ID).cte("stored")
    )
    return as_text(select(stored.c.command_id).add_cte(log_events(cast(stored.c.command_id, Text)).cte("logged")))


def _end() -> str:
    """Write orders, and end commands: see `write_with`. Parameters `ended_command_id` and `ended_goes_with`.

    Nobody waits for a command: one that somebody else is ending, or beginning anew, is not ended here.
    """
    given = given_rows("ended", [Column(_ID.name, Uuid), Column(GOES_WITH, Uuid)])
    return write_with(given, _ID, _take_out, ends=True)


def _take_out(given: CTE, which: ColumnElement[bool]) -> CTE:
    free = select(_ID).join(given, given.c.command_id == _ID).where(which)
    taken = free.with_for_update(of=ACCEPTED_COMMANDS, skip_locked=True).cte("taken")
    ended = delete(ACCEPTED_COMMANDS).where(_ID.in_(select(taken.c.command_id)))
    return ended.returning(_ID).cte("ended")


def _claim() -> str:
    """Parameters `kinds`, `most` and `seconds` until others may have them. Answers STORED and the attempts."""
    mine = (
        select(_ID)
        .where(func.now() >= _DUE, ACCEPTED_COMMANDS.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))))
        .order_by(_DUE)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("mine")
    )
    later: dict[Any, Any] = {
        _DUE: _in("seconds"),
        ACCEPTED_COMMANDS.c.attempts: ACCEPTED_COMMANDS.c.attempts + literal_column("1"),
    }
    claimed = update(ACCEPTED_COMMANDS).where(mine.c.command_id == _ID).values(later)
    return as_text(claimed.returning(*STORED, ACCEPTED_COMMANDS.c.attempts))


def _in(seconds: str) -> ColumnElement[Any]:
    return func.now() + bindparam(seconds, type_=Double) * _SECOND


def _late() -> str:
    """Answers the seconds since the first of all commands has been due, or NULL. One look at the index."""
    return as_text(select(cast(func.extract("epoch", func.now() - func.min(_DUE)), Double)))


ACCEPT: Final = _accept()
END: Final = _end()
CLAIM: Final = _claim()
LATE: Final = _late()
PUT_OFF: Final = as_text(
    update(ACCEPTED_COMMANDS).where(bindparam("command_id") == _ID).values(due_at=_in("seconds")).returning(_ID)
)
"""Parameters `command_id` and `seconds`."""
