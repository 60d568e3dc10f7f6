"""The rules of an order, written a second time and without a look at how the domain applies them."""

from dataclasses import replace

from orders_domain.events import OrderCreated, OrderEvent
from orders_domain.order import Order
from orders_domain.parts import ReturnStage
from orders_domain.values import MAX_DISCOUNTS, MAX_LINES, MAX_NOTES, MAX_PARTS, MAX_QUANTITY, OrderStatus, Sku
from tests.unit.orders_domain.sums import assert_results_add_up, assert_shares_add_up

DRAFT, PENDING_REVIEW, REJECTED = OrderStatus.DRAFT, OrderStatus.PENDING_REVIEW, OrderStatus.REJECTED
CONFIRMED, COMPLETED, CANCELLED = OrderStatus.CONFIRMED, OrderStatus.COMPLETED, OrderStatus.CANCELLED
DISCARDED, EXPIRED = OrderStatus.DISCARDED, OrderStatus.EXPIRED
Steps = set[tuple[OrderStatus | None, OrderStatus]]
DRAFTING: Steps = {(DRAFT, DRAFT)}
STANDING: Steps = {(CONFIRMED, CONFIRMED), (COMPLETED, COMPLETED)}
STEPS: dict[str, Steps] = {
    "OrderCreated": {(None, DRAFT)},
    "OrderItemAdded": DRAFTING,
    "OrderItemQuantityChanged": DRAFTING,
    "OrderItemRemoved": DRAFTING,
    "ShippingAddressSet": DRAFTING | {(CONFIRMED, CONFIRMED)},
    "DiscountApplied": DRAFTING,
    "DiscountRemoved": DRAFTING,
    "ChargeSet": DRAFTING,
    "ChargeRemoved": DRAFTING,
    "OrderConfirmed": {(DRAFT, CONFIRMED)},
    "OrderHeldForReview": {(DRAFT, PENDING_REVIEW)},
    "OrderRejected": {(DRAFT, REJECTED)},
    "OrderReviewApproved": {(PENDING_REVIEW, CONFIRMED)},
    "OrderReviewDeclined": {(PENDING_REVIEW, CANCELLED)},
    "OrderCancelled": {(CONFIRMED, CANCELLED), (PENDING_REVIEW, CANCELLED)},
    "OrderDiscarded": {(DRAFT, DISCARDED)},
    "OrderExpired": {(DRAFT, EXPIRED)},
    "OrderItemCancelled": {(CONFIRMED, CONFIRMED), (CONFIRMED, CANCELLED), (CONFIRMED, COMPLETED)},
    "OrderShipped": {(CONFIRMED, CONFIRMED)},
    "ShipmentDelivered": {(CONFIRMED, CONFIRMED)},
    "OrderCompleted": {(CONFIRMED, COMPLETED)},
    "PaymentRecorded": STANDING,
    "RefundRecorded": STANDING | {(CANCELLED, CANCELLED)},
    "ReturnRequested": STANDING,
    "ReturnReceived": STANDING,
    "ReturnRejected": STANDING,
    "NoteAdded": {(status, status) for status in OrderStatus},
}
PARTS = {
    "ShippingAddressSet": "shipping_address",
    "DiscountApplied": "discounts",
    "DiscountRemoved": "discounts",
    "ChargeSet": "charges",
    "ChargeRemoved": "charges",
    "PaymentRecorded": "payments",
    "RefundRecorded": "refunds",
    "OrderShipped": "shipments",
    "ShipmentDelivered": "shipments",
    "ReturnRequested": "returns",
    "ReturnReceived": "returns",
    "ReturnRejected": "returns",
    "NoteAdded": "notes",
}
"""The one part beside lines and results that an event changes; those that are not named change none."""


def assert_step_is_lawful(before: Order | None, event: OrderEvent, after: Order) -> None:
    """The event is one that the state before allows, changes something, and tells all that it changed."""
    name = type(event).__name__
    assert (before.status if before else None, after.status) in STEPS[name]
    assert after.version == (before.version if before else 0) + 1
    assert event.results == after.results
    old = {line.line_number: line for line in before.lines} if before else {}
    assert [line for line in after.lines if old.get(line.line_number) != line] == list(event.lines)
    if before is None or isinstance(event, OrderCreated):
        return
    assert after != replace(before, version=after.version)
    assert (after.order_id, after.customer_id, after.currency) == (before.order_id, before.customer_id, before.currency)
    changed = {part for part in {*PARTS.values(), "reference"} if getattr(before, part) != getattr(after, part)}
    assert changed == ({PARTS[name]} if name in PARTS else set())
    assert_lines_go_on(before, name, after)


def assert_lines_go_on(before: Order, name: str, after: Order) -> None:
    """Lines keep number, SKU, name and price; once binding, nothing but a cancelled unit changes what is owed."""
    old = {line.line_number: line for line in before.lines}
    assert all(line.line_number > before.last_line_number for line in after.lines if line.line_number not in old)
    for line in after.lines:
        if line.line_number in old:
            was = old[line.line_number]
            assert (line.sku, line.name, line.unit_price_cents) == (was.sku, was.name, was.unit_price_cents)
            assert line.returned_cents >= was.returned_cents
    if before.status is not DRAFT:
        assert [line.quantity for line in after.lines] == [line.quantity for line in before.lines]
        cheaper = [line for line in after.lines if line.line_total_cents != old[line.line_number].line_total_cents]
        assert len(cheaper) <= (name == "OrderItemCancelled")
        owed = {line.line_number: line.line_total_cents - line.discount_cents for line in after.lines}
        less = [n for n, line in old.items() if owed[n] != line.line_total_cents - line.discount_cents]
        assert len(less) <= (name == "OrderItemCancelled")
        assert after.results.charges_cents == before.results.charges_cents


def assert_order_is_lawful(order: Order) -> None:
    """No rule forbids the order as it stands."""
    assert_lines_are_lawful(order)
    assert_returns_are_lawful(order)
    assert_shares_add_up(order)
    assert_results_add_up(order)
    if order.status not in {DRAFT, DISCARDED, EXPIRED}:
        assert order.lines
        assert order.shipping_address is not None
    if order.status not in {CONFIRMED, COMPLETED}:
        assert not order.shipments
    if order.status not in {CONFIRMED, COMPLETED, CANCELLED}:
        assert not order.payments
    nothing_open = all(line.delivered + line.cancelled == line.quantity for line in order.lines)
    something_arrived = any(line.delivered for line in order.lines)
    assert (order.status is COMPLETED) is (nothing_open and something_arrived)
    if order.lines and nothing_open and not something_arrived:
        assert order.status is CANCELLED
    for parts in (order.discounts, order.charges, order.payments, order.refunds):
        keys = [next(iter(getattr(part, key) for key in KEYS if hasattr(part, key))) for part in parts]
        assert len(keys) == len(set(keys))
    assert len(order.discounts) <= MAX_DISCOUNTS
    assert all(len(parts) <= MAX_PARTS for parts in (order.payments, order.refunds, order.shipments, order.returns))
    assert 0 <= order.notes <= MAX_NOTES


KEYS = ("code", "kind", "reference")


def assert_lines_are_lawful(order: Order) -> None:
    """Numbers ascend, SKUs are named once, nobody ships more than was ordered or receives more than was shipped."""
    numbers = [line.line_number for line in order.lines]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= order.last_line_number for number in numbers)
    assert len({line.sku for line in order.lines}) == len(order.lines) <= MAX_LINES
    for line in order.lines:
        assert 1 <= line.quantity <= MAX_QUANTITY
        assert line.cancelled >= 0
        assert 0 <= line.delivered <= line.shipped <= line.quantity - line.cancelled
        parcels = [(item, parcel) for parcel in order.shipments for item in parcel.items if item.sku == line.sku]
        assert line.shipped == sum(item.quantity for item, _ in parcels)
        assert line.delivered == sum(item.quantity for item, parcel in parcels if parcel.delivered)
        assert line.line_total_cents == line.unit_price_cents * (line.quantity - line.cancelled)


def assert_returns_are_lawful(order: Order) -> None:
    """What is on its way back and what has come is what the returns say, and never more than has arrived."""
    for line in order.lines:
        assert line.return_requested == units_back(order, line.sku, ReturnStage.REQUESTED)
        assert line.returned == units_back(order, line.sku, ReturnStage.RECEIVED)
        assert line.return_requested + line.returned <= line.delivered


def units_back(order: Order, sku: Sku, stage: ReturnStage) -> int:
    """Units of the SKU in returns that have come so far."""
    return sum(item.quantity for back in order.returns if back.stage is stage for item in back.items if item.sku == sku)
