"""A page of the products that can be ordered."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.ports import ProductViews
from query_api.application.views import ProductPage, Sku


@dataclass(frozen=True, slots=True)
class ListProducts(Query[ProductPage]):
    after: Sku | None
    size: int


class ListProductsHandler:
    def __init__(self, products: ProductViews) -> None:
        self._products = products

    async def __call__(self, query: ListProducts) -> ProductPage:
        return await self._products.page(query.after, query.size)
