"""What every adapter of the ports of sums must do, the fakes included."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from query_api.application.ports import CustomerSums, SalesSums
from query_api.application.sums import CustomerSummary, SalesDay, Spent
from query_api.application.views import CustomerId
from tests.suites.query_rows import connection

NOON: Final = datetime(2026, 11, 22, 12, 0, 0, 120, tzinfo=UTC)
ANNA, BERT = CustomerId(UUID(int=1)), CustomerId(UUID(int=2))
MUCH: Final = 10**30


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """What the read tables hold of one customer and one currency."""

    customer_id: UUID
    currency: str
    orders: int
    confirmed_orders: int
    spent_cents: int
    last_order_at: datetime


def sold(day: date, currency: str = "EUR", *, orders: int = 1) -> SalesDay:
    """A row of sales_daily, which is just what is answered."""
    return SalesDay(day, currency, orders, 2 * orders, 1_000 * orders, 1, 3, 500)


def store_customers(database_url: str, rows: Sequence[CustomerRow]) -> None:
    """Write what the projector would write."""
    with connection(database_url) as writer:
        for row in rows:
            values = (row.customer_id, row.currency, row.orders, row.confirmed_orders, row.spent_cents)
            writer.execute("INSERT INTO customer_summary VALUES (%s, %s, %s, %s, %s, %s)", (*values, row.last_order_at))


def store_sales(database_url: str, rows: Sequence[SalesDay]) -> None:
    """The same for days."""
    with connection(database_url) as writer:
        for row in rows:
            sums = (row.orders, row.units, row.revenue_cents, row.cancelled_orders, row.cancelled_units)
            writer.execute(
                "INSERT INTO sales_daily VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (row.day, row.currency, *sums, row.cancelled_cents),
            )


class CustomerSumsSuite(ABC):
    """Subclasses say how an adapter comes to hold sums."""

    @abstractmethod
    async def holding(self, rows: Sequence[CustomerRow]) -> CustomerSums: ...

    async def test_orders_are_added_up_and_money_is_told_by_currency(self) -> None:
        sums = await self.holding(
            [
                CustomerRow(ANNA, "JPY", 3, 1, 7_800, NOON),
                CustomerRow(ANNA, "EUR", 5, 4, 48_210, NOON + timedelta(microseconds=1)),
                CustomerRow(BERT, "EUR", 9, 9, 99, NOON + timedelta(days=1)),
            ]
        )
        assert await sums.summary(ANNA) == CustomerSummary(
            ANNA, 8, 5, [Spent("EUR", 48_210), Spent("JPY", 7_800)], NOON + timedelta(microseconds=1)
        )

    async def test_a_currency_in_which_nothing_is_confirmed_is_not_told_of(self) -> None:
        sums = await self.holding(
            [CustomerRow(ANNA, "EUR", 2, 0, 0, NOON), CustomerRow(ANNA, "USD", 1, 1, 0, NOON - timedelta(days=1))]
        )
        assert await sums.summary(ANNA) == CustomerSummary(ANNA, 3, 1, [Spent("USD", 0)], NOON)

    async def test_who_has_not_ordered_has_zeros(self) -> None:
        sums = await self.holding([CustomerRow(ANNA, "EUR", 1, 1, 100, NOON)])
        assert await sums.summary(BERT) == CustomerSummary(BERT, 0, 0, [], None)

    async def test_money_may_pass_64_bits(self) -> None:
        sums = await self.holding([CustomerRow(ANNA, "EUR", 1, 1, MUCH, NOON)])
        assert (await sums.summary(ANNA)).spent == [Spent("EUR", MUCH)]


class SalesSumsSuite(ABC):
    """The same for days."""

    @abstractmethod
    async def holding(self, rows: Sequence[SalesDay]) -> SalesSums: ...

    async def test_days_come_in_order_and_the_currencies_of_each_by_alphabet(self) -> None:
        friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
        rows = [sold(sunday, "USD"), sold(friday, "EUR"), sold(sunday, "EUR", orders=4), sold(friday, "CHF")]
        sums = await self.holding(rows)
        expected = [sold(friday, "CHF"), sold(friday, "EUR"), sold(sunday, "EUR", orders=4), sold(sunday, "USD")]
        assert await sums.days(friday, sunday, None) == expected

    async def test_the_first_day_and_the_last_are_included(self) -> None:
        days = [date(2026, 11, number) for number in range(1, 6)]
        sums = await self.holding([sold(day) for day in days])
        assert [one.day for one in await sums.days(days[1], days[3], None)] == days[1:4]
        assert await sums.days(date(2026, 12, 1), date(2026, 12, 31), None) == []

    async def test_one_currency_may_be_asked_for(self) -> None:
        day = date(2026, 11, 22)
        sums = await self.holding([sold(day, "EUR"), sold(day, "USD")])
        assert await sums.days(day, day, "USD") == [sold(day, "USD")]
        assert await sums.days(day, day, "CHF") == []

    async def test_revenue_may_pass_64_bits(self) -> None:
        day = date(2026, 11, 22)
        row = SalesDay(day, "EUR", 1, 1, MUCH, 0, 0, MUCH)
        sums = await self.holding([row])
        assert await sums.days(day, day, None) == [row]
