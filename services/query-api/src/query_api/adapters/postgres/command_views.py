"""Commands that were accepted for later, out of the read tables."""

from typing import Final
from uuid import UUID

from sqlalchemy import Uuid as UuidType
from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.raw import UuidArray
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import command_status
from query_api.application.views import CommandId, Document

_BY_ID: Final = sql(
    select(command_status.c.command_id, command_status.c.version, command_status.c.doc, command_status.c.token).where(
        command_status.c.command_id == any_(bindparam("ids", type_=ARRAY(UuidType)))
    )
)


class PostgresCommandViews:
    """The port CommandViews on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._by_id = Coalescer(self._documents)

    async def command(self, command_id: CommandId) -> Document | None:
        return await self._by_id.load(command_id)

    async def _documents(self, ids: list[CommandId]) -> dict[CommandId, Document]:
        rows = await self._database.rows(_BY_ID, {"ids": UuidArray(ids)}, LOOKUP_SECONDS)
        return {CommandId(UUID(bytes=row[0])): Document(*row[1:]) for row in rows}
