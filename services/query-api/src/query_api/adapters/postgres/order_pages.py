"""Pages of orders. Those that are asked for while another one is read share the next statement."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase, Row
from query_api.adapters.postgres.order_lists import page_statements
from query_api.adapters.postgres.raw import array_of
from query_api.application.views import OrderFilters, OrderId, OrderPage, OrderPosition

TOGETHER: Final = 16
"""Pages of one statement at most: where more are asked for, several connections read them."""

LANES: Final = 2
"""So many statements of the same filters are under way before a page waits for one of them to end."""

_Values = tuple[object, ...]


class OrderPages:
    """Reads pages of orders. Only pages of the same filters, whatever their values are, can share a statement."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._lists: dict[tuple[str, ...], Coalescer[_Values, list[Row]]] = {}

    async def page(self, filters: OrderFilters, after: OrderPosition | None, size: int) -> OrderPage:
        """As the port OrderViews wants it."""
        given = filters.given()
        parameters = {**given, "size": size + 1}
        if after is not None:
            parameters |= {"after_created_at": after.created_at, "after_order_id": after.order_id}
        statements = page_statements(tuple(given), after is not None)
        if statements.several is None:
            return _page(await self._database.rows(statements.one, parameters, replan=True), size)
        names = tuple(parameters)
        shared = self._lists.get(names)
        if shared is None:
            fetch = partial(self._fetch, statements.one, statements.several, names)
            shared = self._lists[names] = Coalescer(fetch, lanes=LANES, most=TOGETHER)
        return _page(await shared.load(tuple(parameters.values())) or [], size)

    async def _fetch(
        self, one: str, several: str, names: Sequence[str], asked: list[_Values]
    ) -> dict[_Values, list[Row]]:
        """The rows of each page, by its parameters; `names` are theirs."""
        if len(asked) == 1:  # which needs less of Postgres
            return {asked[0]: await self._database.rows(one, dict(zip(names, asked[0], strict=True)), LOOKUP_SECONDS)}
        parameters = {name: array_of(values) for name, *values in zip(names, *asked, strict=True)}
        pages: list[list[Row]] = [[] for _ in asked]
        for row in await self._database.rows(several, parameters, LOOKUP_SECONDS):
            pages[row[3] - 1].append(row)
        return dict(zip(asked, pages, strict=True))


def _page(rows: list[Row], size: int) -> OrderPage:
    """Of `size` orders, out of the rows of one order more, by which it is known whether there is a next page."""
    shown = rows[:size]
    end = OrderPosition(shown[-1][0], OrderId(UUID(bytes=shown[-1][1]))) if len(rows) > size else None
    return OrderPage([row[2] for row in shown], end)
