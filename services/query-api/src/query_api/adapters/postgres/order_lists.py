"""The statements of lists of orders: one for each set of filters, in a form that has one good plan.

One statement with all filters optional would have one poor plan. And the planner counts on orders that pass a filter
being spread evenly over time, so where it may, it walks through all orders until it has met enough that pass: through a
million where those that pass are old. So each form leaves it no way but the one that reads what is answered, or where
there is no such way, one that reads index entries only, not orders.
"""

from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import TEXT, BigInteger, ColumnElement, DateTime, Integer, Select, bindparam, cast, select, tuple_
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import array

from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import order_sku, order_summary

_size: Final = bindparam("size", type_=Integer)
_moment: Final = DateTime(timezone=True)
_sku: Final = cast(bindparam("sku"), TEXT)

_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "customer_id": order_summary.c.customer_id == bindparam("customer_id", type_=UuidType),
    "status": order_summary.c.status == bindparam("status", type_=TEXT),
    "min_total_cents": order_summary.c.total_cents >= bindparam("min_total_cents", type_=BigInteger),
    "max_total_cents": order_summary.c.total_cents <= bindparam("max_total_cents", type_=BigInteger),
    "sku": order_summary.c.skus.contains(array([_sku])),
    "reference": order_summary.c.reference == bindparam("reference", type_=TEXT),
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

_Keys = Select[Any]


class PageStatement(NamedTuple):
    """The text; and whether there is no plan that is good for all values, so that it is planned for each."""

    text: str
    replan: bool


@cache
def page_statement(filters: tuple[str, ...], further: bool) -> PageStatement:
    """The page of the orders that pass `filters` (members of OrderFilters), the first one or one `further` on.

    Rows are `created_at`, `order_id`, `doc`.
    """
    given = set(filters)
    replan = given - _DATES not in _ONE_PLAN
    if "sku" in given and not given & _FEW_ORDERS:
        return PageStatement(sql(_of_sku(given, further)), replan)
    if given & _TOTALS and not given & _FEW_ORDERS:
        return PageStatement(sql(_of_totals(given, further)), replan)
    return PageStatement(sql(_page(given, further).add_columns(order_summary.c.doc)), replan)


def _page(given: set[str], further: bool) -> _Keys:
    """In the order of the index that serves most of the filters, told apart from others by where NULLs would go."""
    created_at, order_id = order_summary.c.created_at, order_summary.c.order_id
    newest, last = created_at.desc(), order_id.desc()
    if given <= _TOTALS | _DATES:
        newest, last = newest.nulls_last(), last.nulls_last()
    elif given >= {"customer_id", "status"}:
        newest = newest.nulls_last()
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    conditions += _place(order_summary, given, further)
    return select(created_at, order_id).where(*conditions).order_by(newest, last).limit(_size)


def _of_sku(given: set[str], further: bool) -> _Keys:
    """Along the orders of the SKU."""
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given - {"sku"}]
    return (
        select(order_sku.c.created_at, order_sku.c.order_id, order_summary.c.doc)
        .join_from(order_sku, order_summary, order_sku.c.order_id == order_summary.c.order_id)
        .where(order_sku.c.sku == _sku, *conditions, *_place(order_sku, given, further))
        .order_by(order_sku.c.created_at.desc(), order_sku.c.order_id.desc())
        .limit(_size)
    )


def _of_totals(given: set[str], further: bool) -> _Keys:
    """Chosen among index entries, of which there may be many to try; then the chosen orders are read."""
    keys = _page(given, further).subquery("chosen")
    return (
        select(keys.c.created_at, keys.c.order_id, order_summary.c.doc)
        .join_from(keys, order_summary, keys.c.order_id == order_summary.c.order_id)
        .order_by(keys.c.created_at.desc(), keys.c.order_id.desc())
    )


def _place(table: Any, given: set[str], further: bool) -> list[ColumnElement[bool]]:
    """What the dates and the page before leave of the list, by the `created_at` and `order_id` of `table`.

    Behind a page nothing is as late as `created_to`. Were that said all the same, Postgres would begin to read there.
    """
    created_from = table.c.created_at >= bindparam("created_from", type_=_moment)
    conditions = [created_from] if "created_from" in given else []
    if further:
        after = tuple_(bindparam("after_created_at", type_=_moment), bindparam("after_order_id", type_=UuidType))
        conditions.append(tuple_(table.c.created_at, table.c.order_id) < after)
    elif "created_to" in given:
        conditions.append(table.c.created_at < bindparam("created_to", type_=_moment))
    return conditions
