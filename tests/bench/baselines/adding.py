"""Adding units to a draft, for both command baselines: the rules, the new state, and the event that is written."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import HTTPException
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from orders_contracts.codec import Metadata, encode_event
from orders_contracts.orders import Line, OrderCreated, OrderItemAdded
from orders_contracts.streams import partition_of
from tests.bench.baselines.drafting import PARTITIONS, ItemIn, Offer, new_line

ATTEMPTS: Final = 8
"""Of a change that meets another one of the same order."""
_MAX_LINES: Final = 500
_MAX_QUANTITY: Final = 9_999


class Addition:
    """A draft with more on it: its state and its event as they are written."""

    def __init__(
        self,
        order_id: UUID,
        version: int,
        draft: OrderCreated,
        body: ItemIn,
        offer: Offer | None,
        at: datetime,
        request_id: str,
    ) -> None:
        """`version` is the one to be written. Raises HTTPException (400, 409, 422) for what cannot be added."""
        self.event_id = uuid7()
        self.partition = partition_of("order", str(order_id), PARTITIONS)
        line = _grown(draft, body, offer)
        self.draft = _with_line(draft, line)
        metadata = Metadata(self.event_id, "order", str(order_id), version, at, correlation_id=request_id)
        self.event = encode_event(metadata, _added(self.draft, body, line))


def _grown(draft: OrderCreated, body: ItemIn, offer: Offer | None) -> Line:
    if draft.status != "DRAFT":
        raise HTTPException(409, "illegal_transition")
    if offer is None:
        raise HTTPException(422, "unknown_product")
    line = next((line for line in draft.lines if line.sku == body.sku), None)
    if line is None and not offer.listed:
        raise HTTPException(409, "product_delisted")
    if offer.currency != draft.currency:
        raise HTTPException(422, "currency_mismatch")
    if line is None and len(draft.lines) >= _MAX_LINES:
        raise HTTPException(409, "line_limit")
    quantity = body.quantity + (0 if line is None else line.quantity)
    if quantity > _MAX_QUANTITY:
        raise HTTPException(409, "quantity_limit")
    if quantity > offer.available:
        raise HTTPException(400, "insufficient_inventory")
    if line is None:
        return new_line(len(draft.lines) + 1, offer, quantity)
    return replace(line, quantity=quantity, line_total_cents=quantity * line.unit_price_cents)


def _with_line(draft: OrderCreated, grown: Line) -> OrderCreated:
    others = tuple(line for line in draft.lines if line.line_number < grown.line_number)
    behind = tuple(line for line in draft.lines if line.line_number > grown.line_number)
    lines = (*others, grown, *behind)
    total = sum(line.line_total_cents for line in lines)
    count = sum(line.quantity for line in lines)
    return replace(draft, lines=lines, item_count=count, subtotal_cents=total, total_cents=total)


def _added(after: OrderCreated, body: ItemIn, line: Line) -> OrderItemAdded:
    return OrderItemAdded(
        status=after.status,
        payment_status=after.payment_status,
        fulfilment_status=after.fulfilment_status,
        return_status=after.return_status,
        currency=after.currency,
        item_count=after.item_count,
        subtotal_cents=after.subtotal_cents,
        discount_cents=after.discount_cents,
        charges_cents=after.charges_cents,
        total_cents=after.total_cents,
        returned_cents=after.returned_cents,
        lines=(line,),
        sku=body.sku,
        quantity=body.quantity,
    )
