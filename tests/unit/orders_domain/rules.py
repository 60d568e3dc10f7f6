"""The rules of an order, written a second time and without a look at how the domain applies them."""

from dataclasses import replace

from orders_domain.events import OrderCreated, OrderEvent
from orders_domain.order import Order
from orders_domain.values import (
    MAX_LINES,
    MAX_QUANTITY,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
)

DRAFT, CONFIRMED, COMPLETED = OrderStatus.DRAFT, OrderStatus.CONFIRMED, OrderStatus.COMPLETED
CANCELLED, DISCARDED = OrderStatus.CANCELLED, OrderStatus.DISCARDED
STEPS: dict[str, set[tuple[OrderStatus | None, OrderStatus]]] = {
    "OrderCreated": {(None, DRAFT)},
    "OrderItemAdded": {(DRAFT, DRAFT)},
    "OrderItemQuantityChanged": {(DRAFT, DRAFT)},
    "OrderItemRemoved": {(DRAFT, DRAFT)},
    "ShippingAddressSet": {(DRAFT, DRAFT), (CONFIRMED, CONFIRMED)},
    "OrderConfirmed": {(DRAFT, CONFIRMED)},
    "OrderCancelled": {(CONFIRMED, CANCELLED)},
    "OrderDiscarded": {(DRAFT, DISCARDED)},
    "OrderShipped": {(CONFIRMED, CONFIRMED)},
    "ShipmentDelivered": {(CONFIRMED, CONFIRMED)},
    "OrderCompleted": {(CONFIRMED, COMPLETED)},
}


def assert_step_is_lawful(before: Order | None, event: OrderEvent, after: Order) -> None:
    """The event is one that the state before allows, changes something, and tells all that it changed."""
    step = (before.status if before else None, after.status)
    assert step in STEPS[type(event).__name__]
    assert after.version == (before.version if before else 0) + 1
    assert event.results == after.results
    old = {line.line_number: line for line in before.lines} if before else {}
    assert [line for line in after.lines if old.get(line.line_number) != line] == list(event.lines)
    if before is None or isinstance(event, OrderCreated):
        return
    assert after != replace(before, version=after.version)
    assert (after.order_id, after.customer_id, after.currency) == (before.order_id, before.customer_id, before.currency)
    born = [line.line_number for line in after.lines if line.line_number not in old]
    assert all(number > before.last_line_number for number in born)
    for line in after.lines:
        if line.line_number in old:
            was = old[line.line_number]
            assert (line.sku, line.name, line.unit_price_cents) == (was.sku, was.name, was.unit_price_cents)


def assert_order_is_lawful(order: Order) -> None:
    """No rule forbids the order as it stands."""
    assert_lines_are_lawful(order)
    assert_results_add_up(order)
    if order.status is not DRAFT and order.status is not DISCARDED:
        assert order.lines
        assert order.shipping_address is not None
    if order.status is not CONFIRMED and order.status is not COMPLETED:
        assert not order.shipments
    arrived = bool(order.lines) and all(line.delivered + line.cancelled == line.quantity for line in order.lines)
    assert (order.status is COMPLETED) is arrived


def assert_lines_are_lawful(order: Order) -> None:
    """Numbers ascend, SKUs are named once, nobody ships more than was ordered or receives more than was shipped."""
    numbers = [line.line_number for line in order.lines]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= order.last_line_number for number in numbers)
    assert len({line.sku for line in order.lines}) == len(order.lines) <= MAX_LINES
    for line in order.lines:
        assert 1 <= line.quantity <= MAX_QUANTITY
        assert 0 <= line.delivered <= line.shipped <= line.quantity - line.cancelled
        parcels = [(item, parcel) for parcel in order.shipments for item in parcel.items if item.sku == line.sku]
        assert line.shipped == sum(item.quantity for item, _ in parcels)
        assert line.delivered == sum(item.quantity for item, parcel in parcels if parcel.delivered)
        assert line.line_total_cents == line.unit_price_cents * (line.quantity - line.cancelled)


def assert_results_add_up(order: Order) -> None:
    """Totals and derived states are what the lines say."""
    results = order.results
    ordered = sum(line.quantity - line.cancelled for line in order.lines)
    shipped = sum(line.shipped for line in order.lines)
    delivered = sum(line.delivered for line in order.lines)
    assert results.item_count == ordered
    assert results.subtotal_cents == sum(line.line_total_cents for line in order.lines)
    assert results.discount_cents == sum(line.discount_cents for line in order.lines)
    assert results.total_cents == results.subtotal_cents - results.discount_cents + results.charges_cents >= 0
    assert results.payment_status is (PaymentStatus.UNPAID if results.total_cents else PaymentStatus.PAID)
    assert results.return_status is ReturnStatus.NONE
    assert results.fulfilment_status is expected_fulfilment(ordered, shipped, delivered)


def expected_fulfilment(ordered: int, shipped: int, delivered: int) -> FulfilmentStatus:
    """By plain counting of units."""
    if shipped == 0:
        return FulfilmentStatus.UNFULFILLED
    if shipped < ordered:
        return FulfilmentStatus.PARTIAL
    return FulfilmentStatus.SHIPPED if delivered < ordered else FulfilmentStatus.DELIVERED
