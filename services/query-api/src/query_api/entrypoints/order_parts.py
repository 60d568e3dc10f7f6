"""What an order has: its lines, where they go, and what else belongs to it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from query_api.entrypoints.answered import SOMETIMES, Answered, Cents, Moment, SkuField


class OrderLine(Answered):
    line_number: int
    sku: SkuField
    name: str
    quantity: int
    unit_price_cents: Cents
    line_total_cents: Cents
    discount_cents: Cents
    cancelled_quantity: int
    shipped_quantity: int
    delivered_quantity: int
    return_requested_quantity: int
    returned_quantity: int


class ShippingAddress(Answered):
    recipient: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class ShippedItem(Answered):
    """`line_number` and `name` are of the order's line; they are not there in shipments from before they were told."""

    sku: SkuField
    quantity: int
    line_number: Annotated[int | SkipJsonSchema[None], SOMETIMES] = None
    name: Annotated[str | SkipJsonSchema[None], SOMETIMES] = None


class Shipment(Answered):
    shipment_id: UUID
    items: list[ShippedItem]
    carrier: str | None
    tracking: str | None
    shipped_at: Moment
    delivered_at: Moment | None


class Discount(Answered):
    """Discounts stack in this order. One has either a percentage or an amount; it takes what is left at most."""

    code: Annotated[str, Field(examples=["WELCOME-10"])]
    percent_bp: Annotated[int | None, Field(description="Basis points of what earlier discounts leave.")]
    amount_cents: Cents | None


class Charge(Answered):
    """What is charged beside the goods; never discounted."""

    kind: Literal["shipping", "tax", "fee"]
    label: str | None
    amount_cents: Cents


class ReturnedItem(Answered):
    line_number: int
    sku: SkuField
    name: str
    quantity: int


class Return(Answered):
    return_id: UUID
    items: list[ReturnedItem]
    reason: Annotated[str, Field(description="Why the goods come back.")]
    status: Literal["requested", "received", "rejected"]
    restocked: Annotated[
        bool | None, Field(description="Whether they can be sold again; null until they are received.")
    ]
    rejection_reason: Annotated[str | None, Field(description="Why they are not taken back.")]
    requested_at: Moment
    settled_at: Annotated[Moment | None, Field(description="When they were received or rejected.")]


class Note(Answered):
    text: str
    added_at: Moment
    actor: str | None
