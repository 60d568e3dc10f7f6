"""Orders out of the read tables. The documents are passed on as they were stored."""

from typing import Final
from uuid import UUID

from sqlalchemy import TEXT, BigInteger, Integer, any_, bindparam, case, cast, func, null, select
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.order_pages import OrderPages
from query_api.adapters.postgres.raw import UuidArray
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import order_history, order_view
from query_api.application.views import Document, HistoryPage, OrderFilters, OrderId, OrderPage, OrderPosition

_BY_ID: Final = sql(
    select(order_view.c.order_id, order_view.c.version, order_view.c.doc).where(
        order_view.c.order_id == any_(bindparam("ids", type_=ARRAY(UuidType)))
    )
)
_asked: Final = (
    func.unnest(bindparam("ids", type_=ARRAY(UuidType)), bindparam("known", type_=ARRAY(TEXT)))
    .table_valued("order_id", "known", with_ordinality="place")
    .render_derived()
)
_UNLESS_KNOWN: Final = sql(
    select(
        _asked.c.place,
        order_view.c.version,
        case((order_view.c.version == any_(cast(_asked.c.known, ARRAY(BigInteger))), null()), else_=order_view.c.doc),
    ).join_from(_asked, order_view, order_view.c.order_id == _asked.c.order_id)
)
_HISTORY: Final = sql(
    select(order_history.c.version, order_history.c.doc)
    .where(
        order_history.c.order_id == bindparam("order_id", type_=UuidType),
        order_history.c.version > bindparam("after", type_=BigInteger),
    )
    .order_by(order_history.c.version)
    .limit(bindparam("size", type_=Integer))
)

_Asked = tuple[OrderId, frozenset[int]]


class PostgresOrderViews:
    """The port OrderViews on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._pages = OrderPages(database)
        self._by_id = Coalescer(self._documents)
        self._unless_known = Coalescer(self._unknown_documents)

    async def order(self, order_id: OrderId) -> Document | None:
        return await self._by_id.load(order_id)

    async def order_unless(self, order_id: OrderId, known: frozenset[int]) -> Document | None:
        return await self._unless_known.load((order_id, known))

    async def page(self, filters: OrderFilters, after: OrderPosition | None, size: int) -> OrderPage:
        return await self._pages.page(filters, after, size)

    async def history(self, order_id: OrderId, after: int, size: int) -> HistoryPage:
        rows = await self._database.rows(_HISTORY, {"order_id": order_id, "after": after, "size": size + 1})
        shown = rows[:size]
        return HistoryPage([row[1] for row in shown], shown[-1][0] if len(rows) > size else None)

    async def _documents(self, ids: list[OrderId]) -> dict[OrderId, Document]:
        rows = await self._database.rows(_BY_ID, {"ids": UuidArray(ids)}, LOOKUP_SECONDS)
        return {OrderId(UUID(bytes=row[0])): Document(row[1], row[2]) for row in rows}

    async def _unknown_documents(self, asked: list[_Asked]) -> dict[_Asked, Document]:
        known = [f"{{{','.join(map(str, versions))}}}" for _, versions in asked]
        parameters = {"ids": UuidArray(order_id for order_id, _ in asked), "known": known}
        rows = await self._database.rows(_UNLESS_KNOWN, parameters, LOOKUP_SECONDS)
        return {asked[place - 1]: Document(version, body or b"") for place, version, body in rows}
