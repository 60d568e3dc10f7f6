"""What a parcel holds is told line by line.

In version 1 an item of a parcel named its SKU alone, so whoever showed a parcel had to look for the line and for the
name that the article had when it was ordered.
"""

from uuid import UUID

from msgspec import Struct

from orders_contracts.v1.orders import OrderEvent


class ShippedItem(Struct, frozen=True, kw_only=True):
    """So many units of one line in a parcel; `name` is that of the line."""

    line_number: int
    sku: str
    name: str
    quantity: int


class OrderShipped(OrderEvent, frozen=True, kw_only=True):
    """`items` left in one parcel."""

    shipment_id: UUID
    items: tuple[ShippedItem, ...]
    carrier: str | None
    tracking: str | None
