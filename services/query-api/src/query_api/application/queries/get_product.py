"""One product: its price and what is available of it."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.errors import ProductNotFound
from query_api.application.ports import ProductViews
from query_api.application.views import Document, Sku


@dataclass(frozen=True, slots=True)
class GetProduct(Query[Document]):
    sku: Sku


class GetProductHandler:
    def __init__(self, products: ProductViews) -> None:
        self._products = products

    async def __call__(self, query: GetProduct) -> Document:
        """Raises ProductNotFound."""
        document = await self._products.product(query.sku)
        if document is None:
            raise ProductNotFound(query.sku)
        return document
