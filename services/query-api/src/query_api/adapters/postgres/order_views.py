"""Orders out of the read tables. The documents are passed on as they were stored."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import TEXT, BigInteger, ColumnElement, DateTime, Integer, any_, bindparam, cast, select, tuple_
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, array

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.raw import UuidArray
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import order_history, order_summary, order_view
from query_api.application.views import Document, HistoryPage, OrderFilters, OrderId, OrderPage, OrderPosition

_size: Final = bindparam("size", type_=Integer)

_BY_ID: Final = sql(
    select(order_view.c.order_id, order_view.c.version, order_view.c.doc).where(
        order_view.c.order_id == any_(bindparam("ids", type_=ARRAY(UuidType)))
    )
)
_HISTORY: Final = sql(
    select(order_history.c.version, order_history.c.doc)
    .where(
        order_history.c.order_id == bindparam("order_id", type_=UuidType),
        order_history.c.version > bindparam("after", type_=BigInteger),
    )
    .order_by(order_history.c.version)
    .limit(_size)
)


_moment: Final = DateTime(timezone=True)

_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "customer_id": order_summary.c.customer_id == bindparam("customer_id", type_=UuidType),
    "status": order_summary.c.status == bindparam("status", type_=TEXT),
    "created_from": order_summary.c.created_at >= bindparam("created_from", type_=_moment),
    "created_to": order_summary.c.created_at < bindparam("created_to", type_=_moment),
    "min_total_cents": order_summary.c.total_cents >= bindparam("min_total_cents", type_=BigInteger),
    "max_total_cents": order_summary.c.total_cents <= bindparam("max_total_cents", type_=BigInteger),
    "sku": order_summary.c.skus.contains(array([cast(bindparam("sku"), TEXT)])),
    "reference": order_summary.c.reference == bindparam("reference", type_=TEXT),
}
_AFTER: Final = tuple_(order_summary.c.created_at, order_summary.c.order_id) < tuple_(
    bindparam("after_created_at", type_=_moment), bindparam("after_order_id", type_=UuidType)
)


@cache
def _page_statement(filters: tuple[str, ...], further: bool) -> str:
    """Built once for each set of filters: one statement with all of them optional would have one poor plan."""
    conditions = [_CONDITIONS[name] for name in filters]
    return sql(
        select(order_summary.c.created_at, order_summary.c.order_id, order_summary.c.doc)
        .where(*conditions, *([_AFTER] if further else []))
        .order_by(order_summary.c.created_at.desc(), order_summary.c.order_id.desc())
        .limit(_size)
    )


class PostgresOrderViews:
    """The port OrderViews on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._by_id = Coalescer(self._documents)

    async def order(self, order_id: OrderId) -> Document | None:
        return await self._by_id.load(order_id)

    async def page(self, filters: OrderFilters, after: OrderPosition | None, size: int) -> OrderPage:
        given = filters.given()
        parameters = {**given, "size": size + 1}
        if after is not None:
            parameters |= {"after_created_at": after.created_at, "after_order_id": after.order_id}
        rows = await self._database.rows(_page_statement(tuple(given), after is not None), parameters)
        shown = rows[:size]
        end = OrderPosition(shown[-1][0], OrderId(UUID(bytes=shown[-1][1]))) if len(rows) > size else None
        return OrderPage([row[2] for row in shown], end)

    async def history(self, order_id: OrderId, after: int, size: int) -> HistoryPage:
        rows = await self._database.rows(_HISTORY, {"order_id": order_id, "after": after, "size": size + 1})
        shown = rows[:size]
        return HistoryPage([row[1] for row in shown], shown[-1][0] if len(rows) > size else None)

    async def _documents(self, ids: list[OrderId]) -> dict[OrderId, Document]:
        rows = await self._database.rows(_BY_ID, {"ids": UuidArray(ids)}, LOOKUP_SECONDS)
        return {OrderId(UUID(bytes=row[0])): Document(row[1], row[2]) for row in rows}
