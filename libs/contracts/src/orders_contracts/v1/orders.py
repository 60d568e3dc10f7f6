"""What happened to an order.

Every event carries results, not only deltas: the statuses and amounts of the order after it, and each line that
it changed, whole. A reader copies; it never computes. Amounts are integers of the currency's minor unit
(ISO 4217), quantities are units.
"""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct


def one_of(*values: str) -> Meta:
    """Closed for those who write; a reader takes an unknown value as it comes, and the schema says so."""
    return Meta(extra_json_schema={"enum": list(values), "x-open-to-readers": True})


OrderStatus = Annotated[
    str,
    one_of("DRAFT", "PENDING_REVIEW", "CONFIRMED", "COMPLETED", "CANCELLED", "REJECTED", "DISCARDED", "EXPIRED"),
]
PaymentStatus = Annotated[str, one_of("unpaid", "part_paid", "paid", "part_refunded", "refunded")]
FulfilmentStatus = Annotated[str, one_of("unfulfilled", "partial", "shipped", "delivered")]
ReturnStatus = Annotated[str, one_of("none", "requested", "partial", "returned")]


class Address(Struct, frozen=True, kw_only=True):
    """Where the goods go. `country` is ISO 3166-1 alpha-2."""

    recipient: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class Line(Struct, frozen=True, kw_only=True):
    """A line of an order, whole. `line_total_cents` is before discounts, of what is not cancelled."""

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


class ShippedItem(Struct, frozen=True, kw_only=True):
    """So many units of one SKU in a shipment."""

    sku: str
    quantity: int


class OrderEvent(Struct, frozen=True, kw_only=True):
    """What every order event says of the order as it is after the event."""

    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    return_status: ReturnStatus
    currency: str
    item_count: int
    subtotal_cents: int
    discount_cents: int
    charges_cents: int
    total_cents: int
    returned_cents: int
    lines: tuple[Line, ...]


class OrderCreated(OrderEvent, frozen=True, kw_only=True):
    """A draft exists. `lines` are all its lines; `reference` is the client's own."""

    customer_id: UUID
    reference: str | None
    shipping_address: Address | None


class OrderItemAdded(OrderEvent, frozen=True, kw_only=True):
    """`quantity` units of `sku` were added, to a new line or to the one that it had."""

    sku: str
    quantity: int


class OrderItemQuantityChanged(OrderEvent, frozen=True, kw_only=True):
    """The line of `sku` now stands at `quantity` units."""

    sku: str
    quantity: int


class OrderItemRemoved(OrderEvent, frozen=True, kw_only=True):
    """The line of `sku` is gone."""

    sku: str


class ShippingAddressSet(OrderEvent, frozen=True, kw_only=True):
    """The goods go to `shipping_address`."""

    shipping_address: Address


class OrderConfirmed(OrderEvent, frozen=True, kw_only=True):
    """The order is binding and its stock is reserved."""


class OrderCancelled(OrderEvent, frozen=True, kw_only=True):
    """The order will not be fulfilled; its stock is released."""

    reason: str


class OrderDiscarded(OrderEvent, frozen=True, kw_only=True):
    """The draft was given up."""


class OrderShipped(OrderEvent, frozen=True, kw_only=True):
    """`items` left in one parcel."""

    shipment_id: UUID
    items: tuple[ShippedItem, ...]
    carrier: str | None
    tracking: str | None


class ShipmentDelivered(OrderEvent, frozen=True, kw_only=True):
    """The parcel arrived."""

    shipment_id: UUID


class OrderCompleted(OrderEvent, frozen=True, kw_only=True):
    """All that was ordered and not cancelled has arrived."""
