"""customer_summary: how much a customer has ordered, by currency.

Rows are what an event adds: the database adds them up, in the transaction that moves the checkpoint.
"""

from typing import Final, NamedTuple

from projector.application.projections.read_model import Column, Kind, Meeting, ReadModel
from projector.application.projections.sale import SaleStep


class CustomerSummaryRow(NamedTuple):
    """What is added for a customer in a currency. `last_order_at` is an RFC 3339 text."""

    customer_id: bytes
    currency: str
    orders: int
    confirmed_orders: int
    spent_cents: int
    last_order_at: str


CUSTOMER_SUMMARY: Final = ReadModel(
    "customer_summary",
    CustomerSummaryRow,
    (
        Column("customer_id", Kind.UUID, key=True),
        Column("currency", Kind.TEXT, key=True),
        Column("orders", Kind.BIGINT, meeting=Meeting.SUM),
        Column("confirmed_orders", Kind.BIGINT, meeting=Meeting.SUM),
        Column("spent_cents", Kind.NUMERIC, meeting=Meeting.SUM),
        Column("last_order_at", Kind.MOMENT, meeting=Meeting.LATER),
    ),
)


def customer_summary_row(step: SaleStep) -> CustomerSummaryRow:
    """What an event of an order adds to its customer's row."""
    before, after = step.before, step.after
    return CustomerSummaryRow(
        step.view.customer_id.bytes,
        step.view.currency,
        int(step.begins),
        after.orders - before.orders,
        after.cents - before.cents,
        step.view.created_at,
    )
