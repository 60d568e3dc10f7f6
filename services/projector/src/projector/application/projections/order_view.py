"""order_view: one order, whole, as the JSON that is answered.

Events carry results, so the fold copies and never computes.
"""

from operator import attrgetter
from typing import Final, NamedTuple

from orders_contracts import orders
from orders_contracts.codec import Event
from projector.application.projections.order_details import DETAILS
from projector.application.projections.order_document import OrderView, Unappliable, encode
from projector.application.projections.read_model import Column, Kind, ReadModel


class OrderViewRow(NamedTuple):
    """A row of the table; `order_id` as the UUID's 16 bytes, `doc` as final JSON."""

    order_id: bytes
    version: int
    doc: bytes


ORDER_VIEW: Final = ReadModel(
    "order_view",
    OrderViewRow,
    (Column("order_id", Kind.UUID, key=True), Column("version", Kind.BIGINT), Column("doc", Kind.JSON)),
)
_line_number: Final = attrgetter("line_number")


def order_key(order_id: str) -> bytes:
    """The UUID's 16 bytes. Raises ValueError for what is not the id of an order."""
    key = bytes.fromhex(order_id.replace("-", ""))
    if len(key) != 16:
        raise ValueError(f"{order_id} is not the id of an order")
    return key


def order_view_row(key: bytes, view: OrderView) -> OrderViewRow:
    """The row that stores `view` under `key`."""
    return OrderViewRow(key, view.version, encode(view))


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
    change = DETAILS.get(type(data))
    if change is not None:
        change(view, data, envelope)
    view.version = version
    view.updated_at = envelope.time
    _copy_results(view, data)
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
