"""What the published events are made of: the facts that all of them carry, and the things that some name."""

from typing import TypedDict

from orders_contracts import orders
from orders_domain import events as domain
from orders_domain.lines import OrderLine
from orders_domain.values import ShippingAddress


class OrderFacts(TypedDict):
    """As they are published."""

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


class ProductFacts(TypedDict):
    """As they are published."""

    sku: str
    name: str
    unit_price_cents: int
    currency: str
    listed: bool
    on_hand: int
    reserved: int
    available: int


class _Item(TypedDict):
    line_number: int
    sku: str
    name: str
    quantity: int


def order_facts(event: domain.OrderEvent) -> OrderFacts:
    """What every order event says."""
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


def parcel(event: domain.OrderShipped) -> tuple[orders.ShippedItem, ...]:
    """What left, with the lines it is of: all of them have changed, so the event has them."""
    return tuple(orders.ShippedItem(**item) for item in _items(event))


def coming_back(event: domain.ReturnRequested) -> tuple[orders.ReturnedItem, ...]:
    """What is to come back, likewise."""
    return tuple(orders.ReturnedItem(**item) for item in _items(event))


def _items(event: domain.OrderShipped | domain.ReturnRequested) -> list[_Item]:
    lines = {line.sku: line for line in event.lines}
    return [
        {
            "line_number": lines[item.sku].line_number,
            "sku": item.sku,
            "name": lines[item.sku].name,
            "quantity": item.quantity,
        }
        for item in event.items
    ]


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


def address_of(address: ShippingAddress) -> orders.Address:
    """Where an order goes."""
    return orders.Address(
        recipient=address.recipient,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )


def product_facts(event: domain.ProductEvent) -> ProductFacts:
    """What every product event says."""
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
