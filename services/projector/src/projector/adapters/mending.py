"""Puts a row as the log has it in the place of one that is stored otherwise, if that is still the same.

A row that adds up is given the difference instead, so that it does not matter what has been added meanwhile.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection, sql
from sqlalchemy.dialects.postgresql import dialect

from projector.adapters.read_tables import TABLES
from projector.application.projections.read_model import Column, Meeting, ReadModel
from projector.application.verifying_ports import Difference, Texts

_AND: Final = sql.SQL(" AND ")
_COMMA: Final = sql.SQL(", ")
_DIALECT: Final = dialect()  # type: ignore[no-untyped-call]


async def mend(connection: AsyncConnection[Any], schema: str, difference: Difference) -> int:
    """Answers how many rows were: 1, or 0 for one that has changed since it was seen. Raises psycopg.Error."""
    model, folded, stored = difference
    if folded is None:
        statement = _gone(model, schema, stored or ())
    elif stored is None:
        statement = _put(model, schema, folded)
    elif any(column.meeting is Meeting.SUM for column in model.columns):
        statement = _evened(model, schema, folded, stored)
    else:
        statement = _replaced(model, schema, folded, stored)
    return (await connection.execute(statement)).rowcount


def _gone(model: ReadModel[Any], schema: str, stored: Texts) -> sql.Composed:
    return sql.SQL("DELETE FROM {} WHERE {}").format(_table(model, schema), _same(model.columns, model, stored))


def _put(model: ReadModel[Any], schema: str, folded: Texts) -> sql.Composed:
    names = _COMMA.join(_name(column) for column in model.columns)
    values = _COMMA.join(_value(column, model, text) for column, text in zip(model.columns, folded, strict=True))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        _table(model, schema), names, values
    )


def _replaced(model: ReadModel[Any], schema: str, folded: Texts, stored: Texts) -> sql.Composed:
    news = _COMMA.join(
        sql.SQL("{} = {}").format(_name(column), _value(column, model, text))
        for column, text in zip(model.columns, folded, strict=True)
        if not column.key
    )
    return sql.SQL("UPDATE {} SET {} WHERE {}").format(_table(model, schema), news, _same(model.columns, model, stored))


def _evened(model: ReadModel[Any], schema: str, folded: Texts, stored: Texts) -> sql.Composed:
    news = _COMMA.join(
        sql.SQL("{name} = {name} + ({folded} - {stored})" if column.meeting is Meeting.SUM else _IF_THE_SAME).format(
            name=_name(column), folded=_value(column, model, right), stored=_value(column, model, wrong)
        )
        for column, right, wrong in zip(model.columns, folded, stored, strict=True)
        if not column.key
    )
    return sql.SQL("UPDATE {} SET {} WHERE {}").format(_table(model, schema), news, _same(model.key, model, stored))


_IF_THE_SAME: Final = "{name} = CASE WHEN {name} = {stored} THEN {folded} ELSE {name} END"


def _same(columns: Sequence[Column], model: ReadModel[Any], row: Texts) -> sql.Composed:
    """As texts: JSON cannot be compared otherwise, and it is texts that were seen."""
    return _AND.join(
        sql.SQL("{} = {}" if column.key else "{}::text IS NOT DISTINCT FROM {}").format(
            _name(column), _value(column, model, text) if column.key else sql.Literal(text)
        )
        for column, text in zip(columns, row, strict=False)
    )


def _table(model: ReadModel[Any], schema: str) -> sql.Identifier:
    return sql.Identifier(schema, model.table)


def _name(column: Column) -> sql.Identifier:
    return sql.Identifier(column.name)


def _value(column: Column, model: ReadModel[Any], text: str | None) -> sql.Composed:
    """The text, read as Postgres has written it."""
    type_ = TABLES[model].c[column.name].type.compile(_DIALECT)
    return sql.SQL("{}::{}").format(sql.Literal(text), sql.SQL(type_))
