"""An order: everything that can be done with one, and how its events make it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import assert_never

from orders_domain import drafting, fulfilment, settling
from orders_domain.events import (
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderCreated,
    OrderDiscarded,
    OrderEvent,
    OrderItemAdded,
    OrderItemQuantityChanged,
    OrderItemRemoved,
    OrderShipped,
    ShipmentDelivered,
    ShippingAddressSet,
)
from orders_domain.lines import OrderLine, drop_line, put_lines
from orders_domain.order_state import OrderState, Shipment
from orders_domain.values import ShipmentId

__all__ = ["Order", "OrderLine", "Shipment", "evolve", "fold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderState):
    """A customer's order. Each decision answers with the events that follow, none if nothing changes, or raises.

    The rules stand in the modules named here; a decision changes nothing itself, `evolve` does.
    """

    create = staticmethod(drafting.create)
    add_item = drafting.add_item
    change_item_quantity = drafting.change_item_quantity
    remove_item = drafting.remove_item
    set_shipping_address = drafting.set_shipping_address

    confirm = settling.confirm
    cancel = settling.cancel
    discard = settling.discard

    ship = fulfilment.ship
    deliver = fulfilment.deliver


def evolve(order: Order | None, event: OrderEvent) -> Order:
    """The order after the event. Raises ValueError for a second creation, or for none."""
    if isinstance(event, OrderCreated):
        if order is not None:
            raise ValueError("an order is created once")
        return _created(event)
    if order is None:
        raise ValueError("the first event of an order is OrderCreated")
    after = _with_results(order, event)
    match event:
        case OrderItemRemoved():
            return replace(after, lines=drop_line(after.lines, event.sku))
        case ShippingAddressSet():
            return replace(after, shipping_address=event.shipping_address)
        case OrderShipped():
            return replace(after, shipments=(*after.shipments, _parcel(event)))
        case ShipmentDelivered():
            return replace(after, shipments=_arrived(after.shipments, event.shipment_id))
        case (
            OrderItemAdded()
            | OrderItemQuantityChanged()
            | OrderConfirmed()
            | OrderCancelled()
            | OrderDiscarded()
            | OrderCompleted()
        ):
            return after
        case _:
            assert_never(event)


def fold(events: Iterable[OrderEvent]) -> Order:
    """The order that its events, from the first on, add up to. Raises ValueError where there is none."""
    order = reduce(evolve, events, None)
    if order is None:
        raise ValueError("no event, no order")
    return order


def _created(event: OrderCreated) -> Order:
    return Order(
        order_id=event.order_id,
        version=1,
        customer_id=event.customer_id,
        reference=event.reference,
        shipping_address=event.shipping_address,
        lines=event.lines,
        last_line_number=len(event.lines),
        shipments=(),
        results=event.results,
    )


def _with_results(order: Order, event: OrderEvent) -> Order:
    return replace(
        order,
        version=order.version + 1,
        lines=put_lines(order.lines, event.lines),
        last_line_number=max([order.last_line_number, *(line.line_number for line in event.lines)]),
        results=event.results,
    )


def _parcel(event: OrderShipped) -> Shipment:
    return Shipment(
        shipment_id=event.shipment_id,
        items=event.items,
        carrier=event.carrier,
        tracking=event.tracking,
        delivered=False,
    )


def _arrived(shipments: tuple[Shipment, ...], shipment_id: ShipmentId) -> tuple[Shipment, ...]:
    return tuple(
        replace(parcel, delivered=True) if parcel.shipment_id == shipment_id else parcel for parcel in shipments
    )
