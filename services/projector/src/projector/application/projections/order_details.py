"""What an event changes in an order's document beside the results that every event carries.

Most events change nothing else and are not in the table.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Raw

from orders_contracts import orders
from orders_contracts.envelope import Envelope
from projector.application.projections.order_document import (
    Charge,
    Discount,
    Note,
    OrderView,
    Return,
    Shipment,
    Unappliable,
    encode,
)


def _item_removed(view: OrderView, data: orders.OrderItemRemoved, _envelope: Envelope) -> None:
    view.items = [line for line in view.items if line.sku != data.sku]


def _address_set(view: OrderView, data: orders.ShippingAddressSet, _envelope: Envelope) -> None:
    view.shipping_address = data.shipping_address


def _discount_applied(view: OrderView, data: orders.DiscountApplied, _envelope: Envelope) -> None:
    view.discounts.append(Discount(code=data.code, percent_bp=data.percent_bp, amount_cents=data.amount_cents))


def _discount_removed(view: OrderView, data: orders.DiscountRemoved, _envelope: Envelope) -> None:
    view.discounts = [discount for discount in view.discounts if discount.code != data.code]


def _charge_set(view: OrderView, data: orders.ChargeSet, _envelope: Envelope) -> None:
    charges = {charge.kind: charge for charge in view.charges}
    charges[data.kind] = Charge(kind=data.kind, label=data.label, amount_cents=data.amount_cents)
    view.charges = list(charges.values())


def _charge_removed(view: OrderView, data: orders.ChargeRemoved, _envelope: Envelope) -> None:
    view.charges = [charge for charge in view.charges if charge.kind != data.kind]


def _shipped(view: OrderView, data: orders.OrderShipped, envelope: Envelope) -> None:
    shipment = Shipment(
        shipment_id=data.shipment_id,
        items=Raw(encode(data.items)),
        carrier=data.carrier,
        tracking=data.tracking,
        shipped_at=envelope.time,
        delivered_at=None,
    )
    view.shipments.append(shipment)


def _delivered(view: OrderView, data: orders.ShipmentDelivered, envelope: Envelope) -> None:
    for shipment in view.shipments:
        if shipment.shipment_id == data.shipment_id:
            shipment.delivered_at = envelope.time
            return
    raise Unappliable(f"order {view.order_id} has no shipment {data.shipment_id} that could be delivered")


def _return_requested(view: OrderView, data: orders.ReturnRequested, envelope: Envelope) -> None:
    items = Raw(encode(data.items))
    view.returns.append(
        Return(return_id=data.return_id, items=items, reason=data.reason, requested_at=envelope.time),
    )


def _return_received(view: OrderView, data: orders.ReturnReceived, envelope: Envelope) -> None:
    back = _settled(view, data.return_id, "received", envelope.time)
    back.restocked = data.restocked


def _return_rejected(view: OrderView, data: orders.ReturnRejected, envelope: Envelope) -> None:
    back = _settled(view, data.return_id, "rejected", envelope.time)
    back.rejection_reason = data.reason


def _note_added(view: OrderView, data: orders.NoteAdded, envelope: Envelope) -> None:
    view.notes.append(Raw(encode(Note(text=data.text, added_at=envelope.time, actor=envelope.actor))))


def _settled(view: OrderView, return_id: UUID, status: str, time: str) -> Return:
    for back in view.returns:
        if back.return_id == return_id:
            back.status, back.settled_at = status, time
            return back
    raise Unappliable(f"order {view.order_id} has no return {return_id} that could be {status}")


DETAILS: Final[Mapping[type[orders.OrderEvent], Callable[[OrderView, Any, Envelope], None]]] = {
    orders.OrderItemRemoved: _item_removed,
    orders.ShippingAddressSet: _address_set,
    orders.DiscountApplied: _discount_applied,
    orders.DiscountRemoved: _discount_removed,
    orders.ChargeSet: _charge_set,
    orders.ChargeRemoved: _charge_removed,
    orders.OrderShipped: _shipped,
    orders.ShipmentDelivered: _delivered,
    orders.ReturnRequested: _return_requested,
    orders.ReturnReceived: _return_received,
    orders.ReturnRejected: _return_rejected,
    orders.NoteAdded: _note_added,
}
"""By the event's model; each raises Unappliable, with the document as it was, for what does not fit it."""
