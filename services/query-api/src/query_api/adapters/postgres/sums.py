"""Sums out of the read tables."""

from datetime import date
from typing import Final

from sqlalchemy import TEXT, BigInteger, ColumnElement, Date, Uuid, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import customer_summary, sales_daily
from query_api.application.sums import CustomerSummary, SalesDay, Spent
from query_api.application.views import CustomerId

_none: Final[ColumnElement[int]] = literal_column("0")
_bought: Final = customer_summary.c.confirmed_orders > _none
_CUSTOMER: Final = sql(
    select(
        cast(func.coalesce(func.sum(customer_summary.c.orders), _none), BigInteger),
        cast(func.coalesce(func.sum(customer_summary.c.confirmed_orders), _none), BigInteger),
        func.array_agg(aggregate_order_by(customer_summary.c.currency, customer_summary.c.currency)).filter(_bought),
        func.array_agg(aggregate_order_by(customer_summary.c.spent_cents, customer_summary.c.currency)).filter(_bought),
        func.max(customer_summary.c.last_order_at),
    ).where(customer_summary.c.customer_id == bindparam("customer_id", type_=Uuid))
)
_DAYS: Final = select(sales_daily).where(
    sales_daily.c.day >= bindparam("first", type_=Date), sales_daily.c.day <= bindparam("last", type_=Date)
)
_OF_ALL: Final = sql(_DAYS.order_by(sales_daily.c.day, sales_daily.c.currency))
_OF_ONE: Final = sql(
    _DAYS.where(sales_daily.c.currency == bindparam("currency", type_=TEXT)).order_by(sales_daily.c.day)
)


class PostgresCustomerSums:
    """The port CustomerSums on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database

    async def summary(self, customer_id: CustomerId) -> CustomerSummary:
        ((orders, confirmed, currencies, cents, last),) = await self._database.rows(
            _CUSTOMER, {"customer_id": customer_id}
        )
        spent = [Spent(*one) for one in zip(currencies or (), map(int, cents or ()), strict=True)]
        return CustomerSummary(customer_id, orders, confirmed, spent, last)


class PostgresSalesSums:
    """The port SalesSums on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database

    async def days(self, first: date, last: date, currency: str | None) -> list[SalesDay]:
        parameters = {"first": first, "last": last, "currency": currency}
        rows = await self._database.rows(_OF_ALL if currency is None else _OF_ONE, parameters)
        return [SalesDay(day, of, *map(int, counted)) for day, of, *counted in rows]
