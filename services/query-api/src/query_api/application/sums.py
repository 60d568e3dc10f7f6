"""Sums, as questions are answered with them. Money is counted in minor units of its currency, and may pass 64 bits."""

from dataclasses import dataclass
from datetime import date, datetime

from query_api.application.views import CustomerId


@dataclass(frozen=True, slots=True)
class Spent:
    """What a customer's confirmed orders of one currency add up to."""

    currency: str
    cents: int


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """What a customer has ordered: all orders that were created; those that are confirmed or completed now.

    `spent` has a currency for each of the latter, in alphabetical order; `last_order_at` is when the last one of all
    was created. A customer who is not known has none of these.
    """

    customer_id: CustomerId
    orders: int
    confirmed_orders: int
    spent: list[Spent]
    last_order_at: datetime | None


@dataclass(frozen=True, slots=True)
class SalesDay:
    """What was sold for one currency on one day (UTC) of confirmation, and what was cancelled on it, sold whenever."""

    day: date
    currency: str
    orders: int
    units: int
    revenue_cents: int
    cancelled_orders: int
    cancelled_units: int
    cancelled_cents: int
