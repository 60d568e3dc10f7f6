"""The document of an order, as it is stored and answered, and its parts, in the order of their keys.

Parts are kept as they were written wherever nothing is looked up in them: a document may be older than the present
form of a part.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from orders_contracts import orders


class Unappliable(Exception):
    """The event does not fit the document that it is to change."""


class Discount(Struct, kw_only=True):
    """Basis points of what earlier discounts leave, or an amount; the other is None."""

    code: str
    percent_bp: int | None
    amount_cents: int | None


class Charge(Struct, kw_only=True):
    """What is charged beside the goods, one of each kind."""

    kind: str
    label: str | None
    amount_cents: int


class Shipment(Struct, kw_only=True):
    """A parcel; `delivered_at` is None while it is under way."""

    shipment_id: UUID
    items: Raw
    carrier: str | None
    tracking: str | None
    shipped_at: str
    delivered_at: str | None


class Return(Struct, kw_only=True):
    """Goods that come back: `status` is requested, received or rejected. What is not settled yet has None behind it.

    `reason` is why they come back, `rejection_reason` why they are not taken.
    """

    return_id: UUID
    items: Raw
    reason: str
    status: str = "requested"
    restocked: bool | None = None
    rejection_reason: str | None = None
    requested_at: str
    settled_at: str | None = None


class Note(Struct, kw_only=True):
    """What somebody remarked; `actor` is None where nobody was told."""

    text: str
    added_at: str
    actor: str | None


class OrderView(Struct, kw_only=True):
    """The document, in the order of its keys. What has a default here is set by the first event."""

    order_id: str
    customer_id: UUID
    reference: str | None
    status: str = ""
    version: int = 0
    currency: str = ""
    items: Sequence[orders.Line] = ()
    discounts: list[Discount] = []
    charges: list[Charge] = []
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
    returns: list[Return] = []
    notes: list[Raw] = []
    created_at: str
    updated_at: str = ""


encode: Final = msgspec.json.Encoder().encode
"""A document, or a part of one, as final JSON."""
read_order_view: Final = msgspec.json.Decoder(OrderView).decode
"""A stored document, read. Raises msgspec.DecodeError."""
