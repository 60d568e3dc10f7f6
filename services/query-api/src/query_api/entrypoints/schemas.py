"""The answers as the OpenAPI document describes them. Nothing is validated against these at run time."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.json_schema import SkipJsonSchema

ORDER_STATUSES = ("DRAFT", "PENDING_REVIEW", "CONFIRMED", "COMPLETED", "CANCELLED", "REJECTED", "DISCARDED", "EXPIRED")
OrderStatus = Literal[
    "DRAFT", "PENDING_REVIEW", "CONFIRMED", "COMPLETED", "CANCELLED", "REJECTED", "DISCARDED", "EXPIRED"
]
Cents = Annotated[int, Field(description="Minor units of the currency (ISO 4217).", examples=[1999])]
Version = Annotated[int, Field(ge=1, examples=[3])]
OrderIdField = Annotated[UUID, Field(examples=["0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"])]
CustomerIdField = Annotated[UUID, Field(examples=["7d6f1c52-2f0e-4a57-9d53-0c6d1f6e2b11"])]
SkuField = Annotated[str, Field(examples=["MUG-BLUE"])]
Currency = Annotated[str, Field(examples=["EUR"])]
Moment = Annotated[datetime, Field(examples=["2026-11-22T03:43:08.000120Z"])]
NextPageToken = Annotated[str | None, Field(description="Goes into `page_token`; null on the last page.")]


def _without_default(schema: dict[str, JsonValue]) -> None:
    schema.pop("default", None)


SOMETIMES: Final = Field(json_schema_extra=_without_default)
"""A member that is there or not, and never null."""


class Answered(BaseModel):
    """An answer may have more fields than these; readers pass over what they do not know."""

    model_config = ConfigDict(extra="allow")


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


class Order(Answered):
    order_id: OrderIdField
    customer_id: CustomerIdField
    reference: str | None
    status: OrderStatus
    version: Version
    currency: Currency
    items: list[OrderLine]
    discounts: list[dict[str, JsonValue]]
    charges: list[dict[str, JsonValue]]
    item_count: int
    subtotal_cents: Cents
    discount_cents: Cents
    charges_cents: Cents
    total_cents: Cents
    returned_cents: Cents
    shipping_address: ShippingAddress | None
    payment_status: Annotated[str, Field(examples=["unpaid"])]
    fulfilment_status: Annotated[str, Field(examples=["unfulfilled"])]
    return_status: Annotated[str, Field(examples=["none"])]
    shipments: list[Shipment]
    returns: list[dict[str, JsonValue]]
    notes: list[dict[str, JsonValue]]
    created_at: Moment
    updated_at: Moment


class OrderSummary(Answered):
    order_id: OrderIdField
    customer_id: CustomerIdField
    reference: str | None
    status: OrderStatus
    version: Version
    currency: Currency
    item_count: int
    total_cents: Cents
    created_at: Moment
    updated_at: Moment


class OrderPage(Answered):
    items: list[OrderSummary]
    next_page_token: NextPageToken


class HistoryEntry(Answered):
    version: Version
    type: Annotated[str, Field(examples=["OrderConfirmed"])]
    occurred_at: Moment
    actor: str | None
    data: dict[str, Any]


class HistoryPage(Answered):
    items: list[HistoryEntry]
    next_page_token: NextPageToken


class Product(Answered):
    sku: SkuField
    name: Annotated[str, Field(examples=["Blue mug"])]
    unit_price_cents: Cents
    currency: Currency
    listed: bool
    on_hand: int
    reserved: int
    available: int
    version: Version
    updated_at: Moment


class ProductPage(Answered):
    items: list[Product]
    next_page_token: NextPageToken


class Partition(Answered):
    partition: int
    sequence: Annotated[int, Field(description="The last event applied or parked.")]
    head: Annotated[int | None, Field(description="The last event known to exist.")]
    events_behind: int | None
    parked: Annotated[int, Field(description="Events that could not be applied, and those that wait behind them.")]


class Projection(Answered):
    projection: Annotated[str, Field(examples=["g1"])]
    epoch: int | None
    partitions: list[Partition]
    seconds_behind: Annotated[
        float | None,
        Field(description="The age of the newest moment that is wholly seen to; grows when something stands still."),
    ]
    parked: Annotated[int, Field(description="Parked events of all partitions; 0 when the answers are whole.")]


class ProblemField(Answered):
    pointer: Annotated[str, Field(examples=["/query/page_size"])]
    detail: str


class Problem(Answered):
    """RFC 9457."""

    type: Annotated[
        str,
        Field(
            description="Leads to what the code means, from the address that was asked. It may move: go by `code`.",
            json_schema_extra={"format": "uri-reference"},
        ),
    ]
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str
    errors: Annotated[list[ProblemField] | SkipJsonSchema[None], SOMETIMES] = None
