"""What happens to the goods of a confirmed order."""

from dataclasses import dataclass

from orders_domain.events.results import OrderChange
from orders_domain.values import ItemQuantity, ReturnId, ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderChange):
    """One parcel left, each SKU named once."""

    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDelivered(OrderChange):
    """One parcel arrived."""

    shipment_id: ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(OrderChange):
    """All that was not cancelled has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(OrderChange):
    """The customer wants to send this back, each SKU named once."""

    return_id: ReturnId
    items: tuple[ItemQuantity, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReceived(OrderChange):
    """It has come back; `restocked` where it can be sold again."""

    return_id: ReturnId
    restocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRejected(OrderChange):
    """It is not taken back."""

    return_id: ReturnId
    reason: str
