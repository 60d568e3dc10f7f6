"""Response models of the ORM baseline: the same fields as query-api answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class LineOut(FromRow):
    line_number: int
    sku: str
    name: str
    quantity: int
    unit_price_cents: int
    line_total_cents: int
    discount_cents: int
    cancelled_quantity: int
    shipped_quantity: int
    delivered_quantity: int
    return_requested_quantity: int
    returned_quantity: int


class AddressOut(FromRow):
    recipient: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class SummaryOut(FromRow):
    order_id: UUID
    customer_id: UUID
    reference: str | None
    status: str
    version: int
    currency: str
    item_count: int
    total_cents: int
    created_at: datetime
    updated_at: datetime


class OrderOut(SummaryOut):
    """Orders here have no discounts, charges, shipments, returns or notes: those lists cost the baseline nothing."""

    items: list[LineOut]
    discounts: list[dict[str, Any]] = []
    charges: list[dict[str, Any]] = []
    subtotal_cents: int
    discount_cents: int
    charges_cents: int
    returned_cents: int
    shipping_address: AddressOut
    payment_status: str
    fulfilment_status: str
    return_status: str
    shipments: list[dict[str, Any]] = []
    returns: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []


class PageOut(BaseModel):
    items: list[SummaryOut]
    next_page_token: str | None
