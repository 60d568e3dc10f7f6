"""Decisions on the goods of a confirmed order: what leaves, what arrives, and when all is done."""

from collections.abc import Sequence
from dataclasses import replace

from orders_domain.errors import (
    CancelExceedsUnshipped,
    IllegalTransition,
    ItemNotFound,
    ShipmentExceedsOrdered,
    ShipmentNotFound,
)
from orders_domain.events import OrderCompleted, OrderEvent, OrderItemCancelled, OrderShipped, ShipmentDelivered
from orders_domain.lines import OrderLine, merge_items, put_lines
from orders_domain.order_state import OrderState
from orders_domain.parts import require_room
from orders_domain.pricing import fulfilment_status
from orders_domain.values import FulfilmentStatus, ItemQuantity, OrderStatus, ShipmentId, Sku, require_quantity


def ship(
    order: OrderState,
    shipment_id: ShipmentId,
    items: Sequence[ItemQuantity],
    carrier: str | None,
    tracking: str | None,
) -> tuple[OrderEvent, ...]:
    """Sends a parcel; the same SKU twice is merged.

    The caller takes the event's items off hand in the same transaction.
    Raises, in this order, IllegalTransition, PartLimit, then for each SKU ItemNotFound or ShipmentExceedsOrdered;
    ValueError for no items, a quantity out of bounds, or a shipment id that the order has already.
    """
    parcel = merge_items(items)
    if not parcel:
        raise ValueError("a shipment has at least one item")
    order.require_status("ship items", OrderStatus.CONFIRMED)
    if order.shipment(shipment_id) is not None:
        raise ValueError(f"the order has a shipment {shipment_id} already")
    require_room("shipments", order.shipments)
    changed = tuple(sorted((_shipped(order, sku, n) for sku, n in parcel.items()), key=_line_number))
    shipped = OrderShipped(
        shipment_id=shipment_id,
        items=tuple(ItemQuantity(sku, n) for sku, n in parcel.items()),
        carrier=carrier,
        tracking=tracking,
        lines=changed,
        results=order.results_with(lines=put_lines(order.lines, changed)),
    )
    return (shipped,)


def deliver(order: OrderState, shipment_id: ShipmentId) -> tuple[OrderEvent, ...]:
    """Notes that a parcel arrived; the last one completes the order.

    Raises, in this order, IllegalTransition, ShipmentNotFound, and IllegalTransition for one that arrived before.
    """
    action = f"deliver shipment {shipment_id}"
    order.require_status(action, OrderStatus.CONFIRMED)
    parcel = order.shipment(shipment_id)
    if parcel is None:
        raise ShipmentNotFound(shipment_id)
    if parcel.delivered:
        raise IllegalTransition(order.status, action, "the shipment is delivered already")
    arrived = {item.sku: item.quantity for item in parcel.items}
    changed = tuple(
        replace(line, delivered=line.delivered + arrived[line.sku]) for line in order.lines if line.sku in arrived
    )
    results = order.results_with(lines=put_lines(order.lines, changed))
    delivered = ShipmentDelivered(shipment_id=shipment_id, lines=changed, results=results)
    if results.fulfilment_status is not FulfilmentStatus.DELIVERED:
        return (delivered,)
    return (delivered, OrderCompleted(results=replace(results, status=OrderStatus.COMPLETED)))


def cancel_item(order: OrderState, sku: Sku, quantity: int, reason: str) -> tuple[OrderEvent, ...]:
    """Takes units that are not shipped off the order, with their part of the line's discount.

    The caller releases them in the same transaction. The order ends with it where nothing is left, or nothing to wait
    for. Raises, in this order, IllegalTransition, ItemNotFound, CancelExceedsUnshipped; ValueError for a quantity out
    of bounds.
    """
    require_quantity(quantity)
    order.require_status("cancel an item", OrderStatus.CONFIRMED)
    line = order.line(sku)
    if line is None:
        raise ItemNotFound(sku)
    if quantity > line.unshipped:
        raise CancelExceedsUnshipped(sku, quantity, line.unshipped)
    cancelled = line.cancelled + quantity
    kept_share = line.share_cents - line.share_of(cancelled)
    changed = replace(line, cancelled=cancelled, discount_cents=kept_share)
    lines = put_lines(order.lines, (changed,))
    results = order.results_with(lines=lines, status=_status_of(lines))
    return (OrderItemCancelled(sku=sku, quantity=quantity, reason=reason, lines=(changed,), results=results),)


def _status_of(lines: tuple[OrderLine, ...]) -> OrderStatus:
    if not any(line.kept for line in lines):
        return OrderStatus.CANCELLED
    all_arrived = fulfilment_status(lines) is FulfilmentStatus.DELIVERED
    return OrderStatus.COMPLETED if all_arrived else OrderStatus.CONFIRMED


def _shipped(order: OrderState, sku: Sku, quantity: int) -> OrderLine:
    line = order.line(sku)
    if line is None:
        raise ItemNotFound(sku)
    if quantity > line.unshipped:
        raise ShipmentExceedsOrdered(sku, quantity, line.unshipped)
    return replace(line, shipped=line.shipped + quantity)


def _line_number(line: OrderLine) -> int:
    return line.line_number
