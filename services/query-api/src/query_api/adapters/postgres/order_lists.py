"""The statements of lists of orders: one for each set of filters, in a form that has one good plan.

One statement with all filters optional would have one poor plan. And the planner counts on orders that pass a filter
being spread evenly over time, so where it may, it walks through all orders until it has met enough that pass: through a
million where those that pass are old. So each form leaves it no way but the one that reads what is answered, or where
there is no such way, one that reads index entries only, not orders.

Where one plan is good for all values, the same form also answers several pages at once, each by that plan.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    TEXT,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import TypeEngine

from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import order_sku, order_summary

_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    "customer_id": UuidType(),
    "status": TEXT(),
    "created_from": DateTime(timezone=True),
    "created_to": DateTime(timezone=True),
    "min_total_cents": BigInteger(),
    "max_total_cents": BigInteger(),
    "sku": TEXT(),
    "reference": TEXT(),
    "after_created_at": DateTime(timezone=True),
    "after_order_id": UuidType(),
    "size": Integer(),
}
"""Of the parameters: the filters, where the page before ended, and how many rows."""
_PLACE: Final = ("after_created_at", "after_order_id")

_Value = Callable[[str], ColumnElement[Any]]
"""A parameter by its name: of the statement, or out of the row that asks for a page."""

_CONDITIONS: Final[dict[str, Callable[[_Value], ColumnElement[bool]]]] = {
    "customer_id": lambda value: order_summary.c.customer_id == value("customer_id"),
    "status": lambda value: order_summary.c.status == value("status"),
    "min_total_cents": lambda value: order_summary.c.total_cents >= value("min_total_cents"),
    "max_total_cents": lambda value: order_summary.c.total_cents <= value("max_total_cents"),
    "sku": lambda value: order_summary.c.skus.contains(array([cast(value("sku"), TEXT)])),
    "reference": lambda value: order_summary.c.reference == value("reference"),
}
_TOTALS: Final = {"min_total_cents", "max_total_cents"}
_DATES: Final = {"created_from", "created_to"}
_FEW_ORDERS: Final = {"customer_id", "reference"}
"""Filters that leave so few orders that the others may be tried on each."""

_ONE_PLAN: Final[list[set[str]]] = [
    set(),
    {"customer_id"},
    {"customer_id", "status"},
    {"status"},
    {"sku"},
    {"reference"},
]
"""Filters, beside dates, that an index serves alone. Where others are to be tried on what it gives, values decide."""


class PageStatements(NamedTuple):
    """The texts for one page, and for several at once; of these each parameter is an array with an item per page.

    `several` is None where no plan is good for all values: each page is then planned for its own, by itself.
    """

    one: str
    several: str | None


@cache
def page_statements(filters: tuple[str, ...], further: bool) -> PageStatements:
    """The pages of orders that pass `filters` (members of OrderFilters), first ones or ones `further` on.

    Rows are `created_at`, `order_id`, `doc`, of several pages also `place`: 1 for the page that is asked for first.
    """
    given = set(filters)
    one = sql(_page(given, further, lambda name: bindparam(name, type_=_TYPES[name])))
    if given - _DATES not in _ONE_PLAN:
        return PageStatements(one, None)
    return PageStatements(one, sql(_pages(given, further)))


def _pages(given: set[str], further: bool) -> Select[Any]:
    """A page for each row of what is asked for."""
    names = [name for name in _TYPES if name in given or name == "size" or (further and name in _PLACE)]
    # In a subselect the planner does not see how long they are: it would plan again and again for few pages.
    arrays = [select(bindparam(name, type_=ARRAY(_TYPES[name]))).scalar_subquery() for name in names]
    asked = (
        func.unnest(*arrays)
        .table_valued(*(column(name, _TYPES[name]) for name in names), with_ordinality="place")
        .render_derived("asked")
    )
    page = _page(given, further, lambda name: asked.c[name]).lateral("page")
    return (
        select(page.c.created_at, page.c.order_id, page.c.doc, asked.c.place)
        .select_from(asked.join(page, true()))
        .order_by(asked.c.place, page.c.created_at.desc(), page.c.order_id.desc())
    )


def _page(given: set[str], further: bool, value: _Value) -> Select[Any]:
    if "sku" in given and not given & _FEW_ORDERS:
        return _of_sku(given, further, value)
    if given & _TOTALS and not given & _FEW_ORDERS:
        return _of_totals(given, further, value)
    return _along_an_index(given, further, value).add_columns(order_summary.c.doc)


def _along_an_index(given: set[str], further: bool, value: _Value) -> Select[Any]:
    """In the order of the index that serves most of the filters, told apart from others by where NULLs would go."""
    created_at, order_id = order_summary.c.created_at, order_summary.c.order_id
    newest, last = created_at.desc(), order_id.desc()
    if given <= _TOTALS | _DATES:
        newest, last = newest.nulls_last(), last.nulls_last()
    elif given >= {"customer_id", "status"}:
        newest = newest.nulls_last()
    conditions = [condition(value) for name, condition in _CONDITIONS.items() if name in given]
    conditions += _place(order_summary, given, further, value)
    return select(created_at, order_id).where(*conditions).order_by(newest, last).limit(value("size"))


def _of_sku(given: set[str], further: bool, value: _Value) -> Select[Any]:
    """Along the orders of the SKU."""
    conditions = [condition(value) for name, condition in _CONDITIONS.items() if name in given - {"sku"}]
    conditions += _place(order_sku, given, further, value)
    return (
        select(order_sku.c.created_at, order_sku.c.order_id, order_summary.c.doc)
        .join_from(order_sku, order_summary, order_sku.c.order_id == order_summary.c.order_id)
        .where(order_sku.c.sku == cast(value("sku"), TEXT), *conditions)
        .order_by(order_sku.c.created_at.desc(), order_sku.c.order_id.desc())
        .limit(value("size"))
    )


def _of_totals(given: set[str], further: bool, value: _Value) -> Select[Any]:
    """Chosen among index entries, of which there may be many to try; then the chosen orders are read."""
    keys = _along_an_index(given, further, value).subquery("chosen")
    return (
        select(keys.c.created_at, keys.c.order_id, order_summary.c.doc)
        .join_from(keys, order_summary, keys.c.order_id == order_summary.c.order_id)
        .order_by(keys.c.created_at.desc(), keys.c.order_id.desc())
    )


def _place(table: Any, given: set[str], further: bool, value: _Value) -> list[ColumnElement[bool]]:
    """What the dates and the page before leave of the list, by the `created_at` and `order_id` of `table`.

    Behind a page nothing is as late as `created_to`. Were that said all the same, Postgres would begin to read there.
    """
    conditions = [table.c.created_at >= value("created_from")] if "created_from" in given else []
    if further:
        conditions.append(tuple_(table.c.created_at, table.c.order_id) < tuple_(*map(value, _PLACE)))
    elif "created_to" in given:
        conditions.append(table.c.created_at < value("created_to"))
    return conditions
