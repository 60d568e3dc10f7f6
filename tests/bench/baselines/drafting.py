"""What both command baselines have in common: the bodies, the pricing, and the event of a new order.

The event is the published one, made with the published library, so that all sides write the same bytes.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fastapi import HTTPException
from pydantic import BaseModel, Field
from uuid_utils.compat import uuid7

from orders_contracts.codec import Metadata, encode_event
from orders_contracts.orders import Address, Line, OrderCreated
from orders_contracts.streams import partition_of

PARTITIONS = 8


class ItemIn(BaseModel):
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=1, le=9_999)


class AddressIn(BaseModel):
    recipient: str = Field(max_length=200)
    line1: str = Field(max_length=200)
    line2: str | None = None
    city: str = Field(max_length=200)
    region: str | None = None
    postal_code: str = Field(max_length=20)
    country: str = Field(pattern="^[A-Z]{2}$")


class OrderIn(BaseModel):
    customer_id: UUID
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    reference: str | None = Field(default=None, max_length=100)
    items: list[ItemIn] = Field(default=[], max_length=500)
    shipping_address: AddressIn | None = None


class OrderOut(BaseModel):
    order_id: UUID
    version: int


class Offer(Protocol):
    """A product as far as a draft needs it."""

    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unit_price_cents(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def listed(self) -> bool: ...
    @property
    def available(self) -> int: ...


class Draft:
    """A new order, priced: its id, its state and its event as they are written."""

    def __init__(self, body: OrderIn, offers: Iterable[Offer], at: datetime, request_id: str) -> None:
        """Raises HTTPException (400, 409, 422) for products that cannot be ordered."""
        self.order_id = uuid7()
        self.event_id = uuid7()
        self.at = at
        self.partition = partition_of("order", str(self.order_id), PARTITIONS)
        self.draft = _created(body, {offer.sku: offer for offer in offers})
        metadata = Metadata(self.event_id, "order", str(self.order_id), 1, at, correlation_id=request_id)
        self.event = encode_event(metadata, self.draft)


def _created(body: OrderIn, offers: dict[str, Offer]) -> OrderCreated:
    lines = tuple(_lines(body.items, offers))
    currencies = {offers[line.sku].currency for line in lines}
    currency = body.currency or (offers[lines[0].sku].currency if lines else "EUR")
    if currencies - {currency}:
        raise HTTPException(422, "currency_mismatch")
    total = sum(line.line_total_cents for line in lines)
    return OrderCreated(
        status="DRAFT",
        payment_status="unpaid",
        fulfilment_status="unfulfilled",
        return_status="none",
        currency=currency,
        item_count=sum(line.quantity for line in lines),
        subtotal_cents=total,
        discount_cents=0,
        charges_cents=0,
        total_cents=total,
        returned_cents=0,
        lines=lines,
        customer_id=body.customer_id,
        reference=body.reference,
        shipping_address=None if body.shipping_address is None else Address(**body.shipping_address.model_dump()),
    )


def _lines(items: list[ItemIn], offers: dict[str, Offer]) -> Iterable[Line]:
    wanted: dict[str, int] = {}
    for item in items:
        wanted[item.sku] = wanted.get(item.sku, 0) + item.quantity
    for number, (sku, quantity) in enumerate(wanted.items(), start=1):
        offer = offers.get(sku)
        if offer is None:
            raise HTTPException(422, "unknown_product")
        if not offer.listed:
            raise HTTPException(409, "product_delisted")
        if quantity > offer.available:
            raise HTTPException(400, "insufficient_inventory")
        yield new_line(number, offer, quantity)


def new_line(number: int, offer: Offer, quantity: int) -> Line:
    """The first units of a product on an order."""
    return Line(
        line_number=number,
        sku=offer.sku,
        name=offer.name,
        quantity=quantity,
        unit_price_cents=offer.unit_price_cents,
        line_total_cents=quantity * offer.unit_price_cents,
        discount_cents=0,
        cancelled_quantity=0,
        shipped_quantity=0,
        delivered_quantity=0,
        return_requested_quantity=0,
        returned_quantity=0,
    )
