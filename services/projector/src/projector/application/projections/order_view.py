"""order_view: one order, whole, as the JSON that is answered.

Events carry results, so the fold copies and never computes.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from orders_contracts import orders
from orders_contracts.codec import Event


class Unappliable(Exception):
    """The event does not fit the document that it is to change."""


class Shipment(Struct, kw_only=True):
    """A parcel; `delivered_at` is None while it is under way.

    `items` are kept as they were written: a document may be older than the present form of an item.
    """

    shipment_id: UUID
    items: Raw
    carrier: str | None
    tracking: str | None
    shipped_at: str
    delivered_at: str | None


class OrderView(Struct, kw_only=True):
    """The document, in the order of its keys. What has a default here is set by the first event."""

    order_id: str
    customer_id: UUID
    reference: str | None
    status: str = ""
    version: int = 0
    currency: str = ""
    items: Sequence[orders.Line] = ()
    discounts: list[Raw] = []
    charges: list[Raw] = []
    item_count: int = 0
    subtotal_cents: int = 0
    discount_cents: int = 0
    charges_cents: int = 0
    total_cents: int = 0
    returned_cents: int = 0
    shipping_address: orders.Address | None
    payment_status: str = ""
    fulfilment_status: str = ""
    return_status: str = ""
    shipments: list[Shipment] = []
    returns: list[Raw] = []
    notes: list[Raw] = []
    created_at: str
    updated_at: str = ""


class OrderViewRow(NamedTuple):
    """A row of the table; `order_id` as the UUID's 16 bytes, `doc` as final JSON."""

    order_id: bytes
    version: int
    doc: bytes


_line_number: Final = attrgetter("line_number")
_encode: Final = msgspec.json.Encoder().encode
read_order_view: Final = msgspec.json.Decoder(OrderView).decode
"""A stored document, read. Raises msgspec.DecodeError."""


def order_key(order_id: str) -> bytes:
    """The UUID's 16 bytes. Raises ValueError for what is not the id of an order."""
    key = bytes.fromhex(order_id.replace("-", ""))
    if len(key) != 16:
        raise ValueError(f"{order_id} is not the id of an order")
    return key


def order_view_row(key: bytes, view: OrderView) -> OrderViewRow:
    """The row that stores `view` under `key`."""
    return OrderViewRow(key, view.version, _encode(view))


def evolve_order(view: OrderView | None, event: Event, data: orders.OrderEvent) -> OrderView:
    """The document after `event`, whose data is `data`; `view` is changed in place.

    Raises Unappliable, with `view` as it was, when the event is not the next one of this order or does not fit it.
    """
    envelope = event.envelope
    version = envelope.aggregateversion
    if view is None:
        if not isinstance(data, orders.OrderCreated):
            raise Unappliable(f"version {version} of order {envelope.subject} comes before the order was created")
        view = _created(event, data)
    if version != view.version + 1:
        raise Unappliable(f"version {version} of order {envelope.subject} comes after version {view.version}")
    if isinstance(data, orders.ShipmentDelivered):
        _find(view, data.shipment_id)
    view.version = version
    view.updated_at = envelope.time
    _copy_results(view, data)
    _copy_details(view, data, envelope.time)
    return view


def _created(event: Event, data: orders.OrderCreated) -> OrderView:
    """The order before it says anything of itself."""
    return OrderView(
        order_id=event.envelope.subject,
        customer_id=data.customer_id,
        reference=data.reference,
        shipping_address=data.shipping_address,
        created_at=event.envelope.time,
    )


def _copy_results(view: OrderView, data: orders.OrderEvent) -> None:
    view.status = data.status
    view.payment_status = data.payment_status
    view.fulfilment_status = data.fulfilment_status
    view.return_status = data.return_status
    view.currency = data.currency
    view.item_count = data.item_count
    view.subtotal_cents = data.subtotal_cents
    view.discount_cents = data.discount_cents
    view.charges_cents = data.charges_cents
    view.total_cents = data.total_cents
    view.returned_cents = data.returned_cents
    if data.lines:
        lines = {line.line_number: line for line in (*view.items, *data.lines)} if view.items else None
        view.items = sorted(lines.values() if lines else data.lines, key=_line_number)


def _copy_details(view: OrderView, data: orders.OrderEvent, time: str) -> None:
    """What an event changes beside the results that every event carries."""
    match data:
        case orders.OrderItemRemoved():
            view.items = [line for line in view.items if line.sku != data.sku]
        case orders.ShippingAddressSet():
            view.shipping_address = data.shipping_address
        case orders.OrderShipped():
            view.shipments.append(_shipment(data, time))
        case orders.ShipmentDelivered():
            _find(view, data.shipment_id).delivered_at = time


def _shipment(data: orders.OrderShipped, time: str) -> Shipment:
    return Shipment(
        shipment_id=data.shipment_id,
        items=Raw(_encode(data.items)),
        carrier=data.carrier,
        tracking=data.tracking,
        shipped_at=time,
        delivered_at=None,
    )


def _find(view: OrderView, shipment_id: UUID) -> Shipment:
    for shipment in view.shipments:
        if shipment.shipment_id == shipment_id:
            return shipment
    raise Unappliable(f"order {view.order_id} has no shipment {shipment_id} that could be delivered")
