"""Read models in temporary tables: what a verification folds the log into."""

from collections.abc import AsyncIterator
from typing import Any, Final

from psycopg import IsolationLevel, sql

from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.read_tables import metadata
from projector.adapters.row_texts import row_texts
from projector.application.projections.read_model import ReadModel
from projector.application.verifying_ports import Texts

_SCHEMA: Final = "pg_temp"
"""And no other on the search_path: when the connection is lost and made anew, the tables are gone, and a batch must
not find those that are answered from.
"""
_MAKE: Final = sql.SQL("CREATE TEMP TABLE {table} (LIKE {generation}.{table} INCLUDING DEFAULTS, PRIMARY KEY ({key}))")


class PostgresScratch(PostgresReadStore):
    """See Scratch. The user must be one who may make temporary tables."""

    def __init__(self, database_url: str, generation: str, projection: str) -> None:
        """`generation` is the schema whose tables are made once more."""
        super().__init__(database_url, projection, _SCHEMA)
        self._generation = generation

    async def prepare(self) -> None:
        """See Scratch."""
        async with self._database.session(IsolationLevel.READ_COMMITTED) as connection:
            for table in metadata.sorted_tables:
                key = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.primary_key)
                names = {"table": sql.Identifier(table.name), "generation": sql.Identifier(self._generation)}
                await connection.execute(_MAKE.format(key=key, **names))

    async def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:
        """See Scratch."""
        async with self._database.session(IsolationLevel.READ_COMMITTED) as connection:
            async for row in row_texts(connection, _SCHEMA, model):
                yield row
