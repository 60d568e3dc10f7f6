"""Rows of read models as texts, in the order of their keys by code point: two of them can be laid beside each other."""

from collections.abc import AsyncIterator
from typing import Any, Final

from psycopg import AsyncConnection, sql

from projector.application.projections.read_model import Kind, ReadModel
from projector.application.verifying_ports import Texts

_AT_ONCE: Final = 2_000
"""Rows that are fetched together; bounds memory."""


async def row_texts(connection: AsyncConnection[Any], schema: str, model: ReadModel[Any]) -> AsyncIterator[Texts]:
    """All rows of a table. In a transaction, of one moment. Raises psycopg.Error."""
    columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in model.columns)
    # With the table's name: by its own, a column would be the text above, and the tenth version before the second.
    order = sql.SQL(", ").join(
        sql.SQL('{} COLLATE "C"' if column.kind is Kind.TEXT else "{}").format(sql.Identifier(model.table, column.name))
        for column in model.key
    )
    query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(columns, sql.Identifier(schema, model.table), order)
    async with connection.cursor(name=f"rows_of_{model.table}") as cursor:
        cursor.itersize = _AT_ONCE
        await cursor.execute(query)
        async for row in cursor:
            yield tuple(row)
