"""Rows as COPY takes them, for read models that are only added to.

A row of the history costs the database 5 to 7 us this way, 8 to 9 by INSERT, and 11 to 12 by INSERT that looks for a
conflict. A few rows go with the statement that writes the others: COPY takes a transaction block and a round trip more.
Source of the format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from collections.abc import Callable, Mapping
from itertools import chain, repeat
from struct import Struct
from typing import Any, Final

from projector.adapters.read_database import Cursor
from projector.application.projections.fold import Writes
from projector.application.projections.read_model import Kind, ReadModel, Rows

LEAST: Final = 500
"""Rows of a batch that are worth a COPY."""

_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_COUNT: Final = Struct("!h").pack
_LENGTH: Final = Struct("!i").pack
_BIGINT: Final = Struct("!iq").pack


def _sized(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


_FIELDS: Final[Mapping[Kind, Callable[[Any], bytes]]] = {
    Kind.UUID: _sized,
    Kind.BIGINT: lambda value: _BIGINT(8, value),
    Kind.JSON: _sized,
}


def copied(writes: Writes) -> Mapping[ReadModel[Any], Rows]:
    """The rows of a batch that go by COPY."""
    return {model: rows for model, rows in writes.rows.items() if len(rows) >= LEAST and _can_be_copied(model)}


async def copy(cursor: Cursor, many: Mapping[ReadModel[Any], Rows]) -> None:
    """Add the rows. Raises psycopg.Error, and struct.error for a number that Postgres has no room for."""
    for model, rows in many.items():
        columns = ", ".join(column.name for column in model.columns)
        async with cursor.copy(f"COPY {model.table} ({columns}) FROM STDIN (FORMAT binary)") as copying:
            await copying.write(_packed(model, rows))


def _packed(model: ReadModel[Any], rows: Rows) -> bytes:
    values = zip(*rows, strict=True)
    columns = [map(_FIELDS[column.kind], each) for column, each in zip(model.columns, values, strict=True)]
    head = repeat(_COUNT(len(columns)))
    return b"".join([_BEGIN, *chain.from_iterable(zip(head, *columns, strict=False)), _END])


def _can_be_copied(model: ReadModel[Any]) -> bool:
    return model.appended and all(column.kind in _FIELDS and not column.nullable for column in model.columns)
