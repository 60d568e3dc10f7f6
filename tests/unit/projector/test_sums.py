"""What adds up over orders: a customer's summary and the sales of a day."""

from datetime import UTC, datetime

import pytest

from orders_contracts import orders
from projector.application.projections.customer_summary import CUSTOMER_SUMMARY, CustomerSummaryRow
from projector.application.projections.fold import Batch
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.read_model import Column, Kind, ReadModel, merged
from projector.application.projections.sales_daily import SALES_DAILY, SalesDailyRow
from tests.fakes.projector_events import ADDRESS, Happening, OrderLife, an_id, line
from tests.unit.projector.folding import folded

EVENING = datetime(2026, 11, 22, 23, 59, 57, tzinfo=UTC)
FIRST, NEXT = "2026-11-22", "2026-11-23"
ADA = an_id("customer", 1).bytes


def confirmed(order: OrderLife, units: int = 2, cents: int = 1_000, **more: str) -> list[Happening]:
    """A draft that becomes a sale."""
    created = order.created(line(1, "PEN", units), item_count=units, total_cents=cents, **more)
    return [created, order.tell(orders.OrderConfirmed, status="CONFIRMED")]


def cancelled_item(order: OrderLife, units: int, cents: int, **more: str) -> Happening:
    """So many units and cents are left."""
    return order.tell(
        orders.OrderItemCancelled, sku="PEN", quantity=1, reason="late", item_count=units, total_cents=cents, **more
    )


def cancelled(order: OrderLife) -> Happening:
    """The whole order."""
    return order.tell(orders.OrderCancelled, status="CANCELLED", reason="changed my mind")


def test_a_draft_counts_as_an_order_of_its_customer_and_is_no_sale() -> None:
    order = OrderLife()
    writes = folded([order.created(line(1, "PEN", 2), item_count=2, total_cents=1_000)])
    assert writes.of(CUSTOMER_SUMMARY) == [CustomerSummaryRow(ADA, "EUR", 1, 0, 0, "2026-11-22T08:00:01.000000Z")]
    assert writes.of(SALES_DAILY) == ()


def test_a_confirmation_is_a_sale_of_its_day() -> None:
    order = OrderLife(start=EVENING)
    created, confirmation = confirmed(order)
    assert folded([created]).of(SALES_DAILY) == ()
    assert folded([created, confirmation]).of(SALES_DAILY) == [SalesDailyRow(FIRST, "EUR", 1, 2, 1_000, 0, 0, 0)]
    (row,) = folded([created, confirmation]).of(CUSTOMER_SUMMARY)
    assert (row.orders, row.confirmed_orders, row.spent_cents) == (1, 1, 1_000)


def test_what_is_cancelled_counts_on_its_own_day_and_leaves_the_sale_as_it_was() -> None:
    order = OrderLife(start=EVENING)
    sale = confirmed(order, units=3, cents=1_500)
    writes = folded([*sale, cancelled_item(order, 1, 500), cancelled(order)])
    assert writes.of(SALES_DAILY) == [
        SalesDailyRow(FIRST, "EUR", 1, 3, 1_500, 0, 0, 0),
        SalesDailyRow(NEXT, "EUR", 0, 0, 0, 1, 3, 1_500),
    ]
    (row,) = writes.of(CUSTOMER_SUMMARY)
    assert (row.orders, row.confirmed_orders, row.spent_cents) == (1, 0, 0)


def test_an_order_of_which_a_part_is_cancelled_stays_a_sale_of_the_rest() -> None:
    order = OrderLife()
    writes = folded([*confirmed(order, units=3, cents=1_500), cancelled_item(order, 2, 1_000)])
    assert writes.of(SALES_DAILY) == [SalesDailyRow(FIRST, "EUR", 1, 3, 1_500, 0, 1, 500)]
    (row,) = writes.of(CUSTOMER_SUMMARY)
    assert (row.confirmed_orders, row.spent_cents) == (1, 1_000)


@pytest.mark.parametrize(
    ("kind", "status"),
    [(orders.OrderReviewDeclined, "CANCELLED"), (orders.OrderReviewApproved, "CONFIRMED")],
)
def test_an_order_under_review_is_a_sale_once_it_is_approved(kind: type[orders.OrderEvent], status: str) -> None:
    order = OrderLife()
    created = order.created(line(1, "PEN", 2), item_count=2, total_cents=1_000)
    held = order.tell(orders.OrderHeldForReview, status="PENDING_REVIEW")
    decided = order.tell(kind, status=status, reviewer="bo", reason="known")
    assert folded([created, held]).of(SALES_DAILY) == ()
    sales = [SalesDailyRow(FIRST, "EUR", 1, 2, 1_000, 0, 0, 0)] if status == "CONFIRMED" else ()
    assert folded([created, held, decided]).of(SALES_DAILY) == sales


def test_sales_are_told_by_currency_in_key_order() -> None:
    lives = [OrderLife(number) for number in range(3)]
    happenings = [
        one
        for life, currency in zip(lives, ("USD", "EUR", "USD"), strict=True)
        for one in confirmed(life, currency=currency)
    ]
    assert folded(happenings).of(SALES_DAILY) == [
        SalesDailyRow(FIRST, "EUR", 1, 2, 1_000, 0, 0, 0),
        SalesDailyRow(FIRST, "USD", 2, 4, 2_000, 0, 0, 0),
    ]


def test_nothing_is_added_by_what_does_not_touch_a_sale() -> None:
    order = OrderLife()
    stored = folded(confirmed(order)).of(ORDER_VIEW)[0].doc
    moved = order.tell(orders.ShippingAddressSet, shipping_address=ADDRESS)
    writes = folded([moved], [stored])
    assert (writes.of(CUSTOMER_SUMMARY), writes.of(SALES_DAILY)) == ((), ())


def test_an_order_that_passes_over_a_dropped_event_adds_up_with_the_next_one() -> None:
    order = OrderLife(start=EVENING)
    created, _, noted = [*confirmed(order), order.tell(orders.NoteAdded, text="on its way")]
    batch = Batch([folded([created]).of(ORDER_VIEW)[0].doc])
    batch.pass_over(order.order_id, 2)
    assert batch.writes().of(SALES_DAILY) == ()
    stored = batch.writes().of(ORDER_VIEW)[0].doc
    assert folded([noted], [stored]).of(SALES_DAILY) == [SalesDailyRow(NEXT, "EUR", 1, 2, 1_000, 0, 0, 0)]


def test_rows_of_one_key_become_one_as_the_database_would_have_it() -> None:
    early, late = "2026-11-22T08:00:00.000000Z", "2026-11-22T09:00:00.000000Z"
    rows = [CustomerSummaryRow(ADA, "EUR", 1, 0, 10**30, late), CustomerSummaryRow(ADA, "EUR", 1, 1, -5, early)]
    assert merged(CUSTOMER_SUMMARY, rows) == [CustomerSummaryRow(ADA, "EUR", 2, 1, 10**30 - 5, late)]


def test_a_read_model_whose_columns_are_not_the_fields_of_its_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="order_view"):
        ReadModel("order_view", ORDER_VIEW.row, (Column("order_id", Kind.UUID, key=True),))
