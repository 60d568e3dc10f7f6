"""What happened to orders behind a version, out of the history. Streams that wake up together ask together."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, column, func, literal_column, select, true
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.raw import UuidArray
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import order_history
from query_api.application.views import CHANGES_AT_ONCE, Change, OrderId

_Asked = tuple[OrderId, int]

_asked: Final = (
    func.unnest(bindparam("ids", type_=ARRAY(UuidType)), bindparam("seen", type_=ARRAY(BigInteger)))
    .table_valued(column("order_id", UuidType), column("seen", BigInteger), name="asked")
    .render_derived()
)
_next: Final = (
    select(order_history.c.version, order_history.c.doc)
    .where(order_history.c.order_id == _asked.c.order_id, order_history.c.version > _asked.c.seen)
    .order_by(order_history.c.version)
    .limit(literal_column(str(CHANGES_AT_ONCE)))
    .lateral("next")
)
_CHANGES: Final = sql(
    select(_asked.c.order_id, _asked.c.seen, _next.c.version, _next.c.doc)
    .select_from(_asked.join(_next, true()))
    .order_by(_next.c.version)
)


class PostgresOrderChanges:
    """The port OrderChanges on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._behind = Coalescer(self._changes)

    async def behind(self, order_id: OrderId, version: int) -> Sequence[Change]:
        return await self._behind.load((order_id, version)) or ()

    async def _changes(self, asked: list[_Asked]) -> dict[_Asked, list[Change]]:
        parameters = {"ids": UuidArray(order_id for order_id, _ in asked), "seen": [seen for _, seen in asked]}
        found: dict[_Asked, list[Change]] = {}
        for order_id, seen, version, body in await self._database.rows(_CHANGES, parameters, LOOKUP_SECONDS):
            found.setdefault((OrderId(UUID(bytes=order_id)), seen), []).append(Change(version, body))
        return found
