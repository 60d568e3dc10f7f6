"""Questions about products."""

from starlette.requests import Request
from starlette.responses import Response

from query_api.application.queries.get_product import GetProduct
from query_api.application.queries.list_products import ListProducts
from query_api.application.views import Sku
from query_api.entrypoints import schemas
from query_api.entrypoints.page_tokens import PageTokens
from query_api.entrypoints.pages import Listing
from query_api.entrypoints.parameters import path_value, query_values
from query_api.entrypoints.questions import FRESH_PROBLEMS, FRESHNESS, IF_NONE_MATCH, PAGING, SKU
from query_api.entrypoints.read_route import Link, Operation
from query_api.entrypoints.reading import Reader


class ProductEndpoints:
    """Each method answers one path."""

    def __init__(self, reader: Reader, tokens: PageTokens) -> None:
        self._reader = reader
        self._tokens = tokens

    async def get_product(self, request: Request) -> Response:
        query_values(request.scope)
        return await self._reader.document(request.scope, GetProduct(path_value(request.scope, SKU)))

    async def list_products(self, request: Request) -> Response:
        listing = Listing("products", self._tokens, request.scope, query_values(request.scope, PAGING))
        after = listing.position()
        query = ListProducts(None if after is None else Sku(after), listing.size)
        read = await self._reader.read(request.scope, query)
        return listing.answer(read.result.items, read.result.end, achieved=read.achieved)

    def operations(self) -> list[Operation]:
        """What these endpoints answer."""
        return [
            Operation(
                "/products/{sku}",
                self.get_product,
                schemas.Product,
                "Products",
                "One product",
                "Its price and stock, whether it is still listed or not.",
                (SKU, IF_NONE_MATCH, *FRESHNESS),
                (*FRESH_PROBLEMS, "product_not_found"),
                tagged=True,
            ),
            Operation(
                "/products",
                self.list_products,
                schemas.ProductPage,
                "Products",
                "Products",
                "All products that can be ordered, by SKU.",
                (*PAGING, *FRESHNESS),
                FRESH_PROBLEMS,
                (
                    Link("get_product", {"sku": "$response.body#/items/0/sku"}, "One of them."),
                    Link("list_products", {"page_token": "$response.body#/next_page_token"}, "The next page."),
                ),
                paged=True,
            ),
        ]
