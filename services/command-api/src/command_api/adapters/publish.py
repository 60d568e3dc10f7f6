"""From the domain's events to the published ones. The only place that speaks both languages."""

from typing import TypedDict, assert_never

from orders_contracts import orders, products
from orders_contracts.registry import EventData
from orders_domain import events as domain
from orders_domain.lines import OrderLine
from orders_domain.values import ShippingAddress


class _Order(TypedDict):
    status: str
    payment_status: str
    fulfilment_status: str
    return_status: str
    currency: str
    item_count: int
    subtotal_cents: int
    discount_cents: int
    charges_cents: int
    total_cents: int
    returned_cents: int
    lines: tuple[orders.Line, ...]


class _Product(TypedDict):
    sku: str
    name: str
    unit_price_cents: int
    currency: str
    listed: bool
    on_hand: int
    reserved: int
    available: int


def publish_order_event(event: domain.OrderEvent) -> EventData:  # noqa: C901, PLR0911 - an arm per event
    """The published form of what happened to an order."""
    after = _order(event)
    match event:
        case domain.OrderCreated():
            return orders.OrderCreated(
                **after,
                customer_id=event.customer_id,
                reference=event.reference,
                shipping_address=None if event.shipping_address is None else _address(event.shipping_address),
            )
        case domain.OrderItemAdded():
            return orders.OrderItemAdded(**after, sku=event.sku, quantity=event.quantity)
        case domain.OrderItemQuantityChanged():
            return orders.OrderItemQuantityChanged(**after, sku=event.sku, quantity=event.quantity)
        case domain.OrderItemRemoved():
            return orders.OrderItemRemoved(**after, sku=event.sku)
        case domain.ShippingAddressSet():
            return orders.ShippingAddressSet(**after, shipping_address=_address(event.shipping_address))
        case domain.OrderConfirmed():
            return orders.OrderConfirmed(**after)
        case domain.OrderCancelled():
            return orders.OrderCancelled(**after, reason=event.reason)
        case domain.OrderDiscarded():
            return orders.OrderDiscarded(**after)
        case domain.OrderShipped():
            return orders.OrderShipped(
                **after,
                shipment_id=event.shipment_id,
                items=_parcel(event),
                carrier=event.carrier,
                tracking=event.tracking,
            )
        case domain.ShipmentDelivered():
            return orders.ShipmentDelivered(**after, shipment_id=event.shipment_id)
        case domain.OrderCompleted():
            return orders.OrderCompleted(**after)
        case _:
            assert_never(event)


def publish_product_event(event: domain.ProductEvent) -> EventData:
    """The published form of what happened to a product."""
    after = _product(event)
    match event:
        case domain.ProductListed():
            return products.ProductListed(**after)
        case domain.ProductChanged():
            return products.ProductChanged(**after)
        case domain.StockAdjusted():
            return products.StockAdjusted(**after, delta=event.delta, reason=event.reason)
        case domain.StockReserved():
            return products.StockReserved(**after, order_id=event.order_id, quantity=event.quantity)
        case domain.StockReleased():
            return products.StockReleased(**after, order_id=event.order_id, quantity=event.quantity)
        case domain.StockShipped():
            return products.StockShipped(**after, order_id=event.order_id, quantity=event.quantity)
        case _:
            assert_never(event)


def _order(event: domain.OrderEvent) -> _Order:
    results = event.results
    return {
        "status": results.status.value,
        "payment_status": results.payment_status.value,
        "fulfilment_status": results.fulfilment_status.value,
        "return_status": results.return_status.value,
        "currency": results.currency,
        "item_count": results.item_count,
        "subtotal_cents": results.subtotal_cents,
        "discount_cents": results.discount_cents,
        "charges_cents": results.charges_cents,
        "total_cents": results.total_cents,
        "returned_cents": results.returned_cents,
        "lines": tuple(_line(line) for line in event.lines),
    }


def _parcel(event: domain.OrderShipped) -> tuple[orders.ShippedItem, ...]:
    """What left, with the lines it is of: all of them have changed, so the event has them."""
    lines = {line.sku: line for line in event.lines}
    return tuple(
        orders.ShippedItem(
            line_number=lines[item.sku].line_number, sku=item.sku, name=lines[item.sku].name, quantity=item.quantity
        )
        for item in event.items
    )


def _line(line: OrderLine) -> orders.Line:
    return orders.Line(
        line_number=line.line_number,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        line_total_cents=line.line_total_cents,
        discount_cents=line.discount_cents,
        cancelled_quantity=line.cancelled,
        shipped_quantity=line.shipped,
        delivered_quantity=line.delivered,
        return_requested_quantity=line.return_requested,
        returned_quantity=line.returned,
    )


def _address(address: ShippingAddress) -> orders.Address:
    return orders.Address(
        recipient=address.recipient,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )


def _product(event: domain.ProductEvent) -> _Product:
    return {
        "sku": event.sku,
        "name": event.name,
        "unit_price_cents": event.unit_price_cents,
        "currency": event.currency,
        "listed": event.listed,
        "on_hand": event.on_hand,
        "reserved": event.reserved,
        "available": event.available,
    }
