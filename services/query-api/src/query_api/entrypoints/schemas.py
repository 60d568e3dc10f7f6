"""The answers as the OpenAPI document describes them. Nothing is validated against these at run time."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from query_api.entrypoints.answered import (
    SOMETIMES,
    Answered,
    Cents,
    CommandIdField,
    Currency,
    CustomerIdField,
    Moment,
    NextPageToken,
    OrderIdField,
    SkuField,
    Version,
)
from query_api.entrypoints.order_parts import Charge, Discount, Note, OrderLine, Return, Shipment, ShippingAddress

ORDER_STATUSES = ("DRAFT", "PENDING_REVIEW", "CONFIRMED", "COMPLETED", "CANCELLED", "REJECTED", "DISCARDED", "EXPIRED")
OrderStatus = Literal[
    "DRAFT", "PENDING_REVIEW", "CONFIRMED", "COMPLETED", "CANCELLED", "REJECTED", "DISCARDED", "EXPIRED"
]


def _json_of(schema: str) -> WithJsonSchema:
    """Text that is a document of this `schema`."""
    content: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}"}
    return WithJsonSchema({"type": "string", "contentMediaType": "application/json", "contentSchema": content})


class Order(Answered):
    order_id: OrderIdField
    customer_id: CustomerIdField
    reference: str | None
    status: OrderStatus
    version: Version
    currency: Currency
    items: list[OrderLine]
    discounts: list[Discount]
    charges: list[Charge]
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
    returns: list[Return]
    notes: list[Note]
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


class Command(Answered):
    command_id: CommandIdField
    command: Annotated[str, Field(description="What kind of command it is.", examples=["ConfirmOrder"])]
    status: Literal["accepted", "succeeded", "failed"]
    result: Annotated[
        dict[str, str | int] | SkipJsonSchema[None],
        Field(description="Of one that succeeded: the body of the answer that it would have had at once."),
        SOMETIMES,
    ] = None
    problem: Annotated[
        dict[str, Any] | SkipJsonSchema[None],
        Field(description="Of one that failed: the problem (RFC 9457) that it would have been told."),
        SOMETIMES,
    ] = None
    accepted_at: Moment
    ended_at: Annotated[Moment | SkipJsonSchema[None], SOMETIMES] = None


class OrderEvent(Answered):
    id: Annotated[str, Field(description="The order's version.", pattern="^[1-9][0-9]*$")]
    data: Annotated[str, Field(description="An entry of its history."), _json_of("HistoryEntry")]


class CommandEvent(Answered):
    id: Annotated[str, Field(description="1: accepted, 2: ended.", pattern="^[12]$")]
    data: Annotated[str, Field(description="What is known of the command then."), _json_of("Command")]


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
