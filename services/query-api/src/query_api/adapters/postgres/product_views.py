"""Products out of the read tables."""

from typing import Final

from sqlalchemy import TEXT, Integer, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import product_view
from query_api.application.views import Document, ProductPage, Sku

_BY_SKU: Final = sql(
    select(product_view.c.sku, product_view.c.version, product_view.c.doc).where(
        product_view.c.sku == any_(bindparam("skus", type_=ARRAY(TEXT)))
    )
)
_PAGE: Final = sql(
    select(product_view.c.sku, product_view.c.doc)
    .where(product_view.c.listed, product_view.c.sku > bindparam("after", type_=TEXT))
    .order_by(product_view.c.sku)
    .limit(bindparam("size", type_=Integer))
)


class PostgresProductViews:
    """The port ProductViews on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._by_sku = Coalescer(self._documents)

    async def product(self, sku: Sku) -> Document | None:
        return await self._by_sku.load(sku)

    async def page(self, after: Sku | None, size: int) -> ProductPage:
        rows = await self._database.rows(_PAGE, {"after": after or "", "size": size + 1})
        shown = rows[:size]
        return ProductPage([row[1] for row in shown], shown[-1][0] if len(rows) > size else None)

    async def _documents(self, skus: list[Sku]) -> dict[Sku, Document]:
        rows = await self._database.rows(_BY_SKU, {"skus": skus}, LOOKUP_SECONDS)
        return {row[0]: Document(row[1], row[2]) for row in rows}
