"""What an order has beside its lines: parcels, discounts, charges, payments and returns."""

from collections.abc import Sized
from dataclasses import dataclass
from enum import StrEnum

from orders_domain.errors import PartLimit
from orders_domain.values import MAX_PARTS, ChargeKind, DiscountCode, ItemQuantity, ReturnId, ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One parcel of an order, each SKU named once."""

    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None
    delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Either basis points of what earlier discounts leave, or an amount in minor units."""

    code: DiscountCode
    percent_bp: int | None
    amount_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is charged beside the goods, in minor units; never discounted."""

    kind: ChargeKind
    label: str | None
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came, or went back, under a reference of the payer's or the bank's."""

    reference: str
    amount_cents: int


class ReturnStage(StrEnum):
    """How far a return has come."""

    REQUESTED = "requested"
    RECEIVED = "received"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Goods that are to come back, each SKU named once."""

    return_id: ReturnId
    items: tuple[ItemQuantity, ...]
    stage: ReturnStage


def require_room(part: str, present: Sized, limit: int = MAX_PARTS) -> None:
    """Raises PartLimit where the order has as many of them as it may have; `part` says of what, such as "payments".

    An order is stored whole with each change: what may be there without end would make every change dearer.
    """
    if len(present) >= limit:
        raise PartLimit(part, limit)
