"""Questions about orders."""

from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from query_api.application.queries.get_order import GetOrder
from query_api.application.queries.list_orders import ListOrders
from query_api.application.queries.order_history import OrderHistory
from query_api.application.views import OrderFilters, OrderId, OrderPosition
from query_api.entrypoints import schemas
from query_api.entrypoints.conditions import known_versions
from query_api.entrypoints.page_tokens import PageTokens
from query_api.entrypoints.pages import Listing
from query_api.entrypoints.parameters import moment, path_value, query_values
from query_api.entrypoints.questions import (
    CUSTOMER_ID,
    FILTERS,
    FILTERS_OF_ONE_CUSTOMER,
    FRESH_PROBLEMS,
    FRESHNESS,
    IF_NONE_MATCH,
    ORDER_ID,
    PAGING,
)
from query_api.entrypoints.read_route import Link, Operation
from query_api.entrypoints.reading import NONE_MATCH, Reader, header

_NEWEST_FIRST: Final = "Newest first, equal moments by id, descending; all filters that are given must hold."
_FIRST: Final = {"order_id": "$response.body#/items/0/order_id"}
_ONE_OF_THEM: Final = (
    Link("get_order", _FIRST, "One of the orders, whole."),
    Link("history", _FIRST, "Its history."),
)
_PAGE_ON: Final = {"page_token": "$response.body#/next_page_token"}
_CUSTOMER: Final = {"customer_id": "$request.path.customer_id"}
_ORDER: Final = {"order_id": "$request.path.order_id"}
_NEXT: Final = "The next page; keep the filters."


class OrderEndpoints:
    """Each method answers one path."""

    def __init__(self, reader: Reader, tokens: PageTokens) -> None:
        self._reader = reader
        self._tokens = tokens

    async def get_order(self, request: Request) -> Response:
        scope = request.scope
        query_values(scope)
        tags = header(scope, NONE_MATCH)
        known = frozenset[int]() if tags is None else known_versions(tags)
        return await self._reader.document(scope, GetOrder(path_value(scope, ORDER_ID), known))

    async def list_orders(self, request: Request) -> Response:
        return await self._page(request.scope, query_values(request.scope, (*FILTERS, *PAGING)))

    async def customer_orders(self, request: Request) -> Response:
        customer_id = path_value(request.scope, CUSTOMER_ID)
        values = query_values(request.scope, (*FILTERS_OF_ONE_CUSTOMER, *PAGING))
        return await self._page(request.scope, {**values, "customer_id": customer_id})

    async def history(self, request: Request) -> Response:
        order_id = path_value(request.scope, ORDER_ID)
        values = query_values(request.scope, PAGING)
        listing = Listing(f"history of {order_id}", self._tokens, request.scope, values)
        after = int(listing.position() or 0)
        read = await self._reader.read(request.scope, OrderHistory(order_id, after, listing.size))
        end = None if read.result.end is None else str(read.result.end)
        return listing.answer(read.result.items, end, achieved=read.achieved)

    async def _page(self, scope: Scope, values: dict[str, Any]) -> Response:
        listing = Listing("orders", self._tokens, scope, values)
        after = _position(listing.position())
        query = ListOrders(OrderFilters(**listing.filters), after, listing.size)
        read = await self._reader.read(scope, query)
        return listing.answer(read.result.items, _text(read.result.end), achieved=read.achieved)

    def operations(self) -> list[Operation]:
        """What these endpoints answer, the most frequent question first."""
        return [self._one(), *self._lists(), self._its_history()]

    def _one(self) -> Operation:
        return Operation(
            "/orders/{order_id}",
            self.get_order,
            schemas.Order,
            "Orders",
            "One order",
            "The order, whole, as it is after its last event that has arrived.",
            (ORDER_ID, IF_NONE_MATCH, *FRESHNESS),
            (*FRESH_PROBLEMS, "order_not_found"),
            (
                Link("history", {"order_id": "$response.body#/order_id"}, "Who did what to it, when."),
                Link("customer_orders", {"customer_id": "$response.body#/customer_id"}, "All orders of its customer."),
                Link("customer_summary", {"customer_id": "$response.body#/customer_id"}, "What these add up to."),
            ),
            tagged=True,
        )

    def _lists(self) -> list[Operation]:
        return [
            Operation(
                "/orders",
                self.list_orders,
                schemas.OrderPage,
                "Orders",
                "Orders",
                _NEWEST_FIRST,
                (*FILTERS, *PAGING, *FRESHNESS),
                FRESH_PROBLEMS,
                (*_ONE_OF_THEM, Link("list_orders", _PAGE_ON, _NEXT)),
                paged=True,
            ),
            Operation(
                "/customers/{customer_id}/orders",
                self.customer_orders,
                schemas.OrderPage,
                "Orders",
                "A customer's orders",
                f"{_NEWEST_FIRST} A customer without orders has an empty page.",
                (CUSTOMER_ID, *FILTERS_OF_ONE_CUSTOMER, *PAGING, *FRESHNESS),
                FRESH_PROBLEMS,
                (*_ONE_OF_THEM, Link("customer_orders", {**_CUSTOMER, **_PAGE_ON}, _NEXT)),
                paged=True,
            ),
        ]

    def _its_history(self) -> Operation:
        return Operation(
            "/orders/{order_id}/history",
            self.history,
            schemas.HistoryPage,
            "Orders",
            "An order's history",
            "Every event of the order, oldest first: who did what, when.",
            (ORDER_ID, *PAGING, *FRESHNESS),
            (*FRESH_PROBLEMS, "order_not_found"),
            (
                Link("get_order", _ORDER, "The order as it is now."),
                Link("history", {**_ORDER, **_PAGE_ON}, _NEXT),
            ),
            paged=True,
        )


def _text(position: OrderPosition | None) -> str | None:
    return None if position is None else f"{position.created_at.isoformat()} {position.order_id}"


def _position(text: str | None) -> OrderPosition | None:
    if text is None:
        return None
    created_at, _, order_id = text.partition(" ")
    return OrderPosition(moment(created_at), OrderId(UUID(order_id)))
