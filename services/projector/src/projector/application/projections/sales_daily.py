"""sales_daily: what was sold and what was cancelled, by UTC day and currency.

A sale counts on the day of its confirmation, whole; what is cancelled of it later counts on the day of that. Rows are
what an event adds: the database adds them up, in the transaction that moves the checkpoint.
"""

from typing import Final, NamedTuple

from projector.application.projections.read_model import Column, Kind, Meeting, ReadModel
from projector.application.projections.sale import NO_SALE, SaleStep

_DAY: Final = len("2026-11-29")


class SalesDailyRow(NamedTuple):
    """What is added for a day (a text such as 2026-11-29) and a currency."""

    day: str
    currency: str
    orders: int
    units: int
    revenue_cents: int
    cancelled_orders: int
    cancelled_units: int
    cancelled_cents: int


SALES_DAILY: Final = ReadModel(
    "sales_daily",
    SalesDailyRow,
    (
        Column("day", Kind.DAY, key=True),
        Column("currency", Kind.TEXT, key=True),
        Column("orders", Kind.BIGINT, meeting=Meeting.SUM),
        Column("units", Kind.BIGINT, meeting=Meeting.SUM),
        Column("revenue_cents", Kind.NUMERIC, meeting=Meeting.SUM),
        Column("cancelled_orders", Kind.BIGINT, meeting=Meeting.SUM),
        Column("cancelled_units", Kind.BIGINT, meeting=Meeting.SUM),
        Column("cancelled_cents", Kind.NUMERIC, meeting=Meeting.SUM),
    ),
)


def sales_daily_row(step: SaleStep) -> SalesDailyRow | None:
    """What an event of an order adds to its day; None: nothing."""
    before, after = step.before, step.after
    if before == after:
        return None
    day, currency = step.envelope.time[:_DAY], step.view.currency
    if before == NO_SALE:
        return SalesDailyRow(day, currency, *after, *NO_SALE)
    lost = (before.orders - after.orders, before.units - after.units, before.cents - after.cents)
    return SalesDailyRow(day, currency, *NO_SALE, *lost)
