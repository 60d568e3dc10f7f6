"""What becomes of an order, what is paid for it, and what is said about it."""

from dataclasses import dataclass

from orders_domain.events.results import OrderChange
from orders_domain.values import Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderChange):
    """The order stands and holds its stock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeldForReview(OrderChange):
    """The order holds its stock, and somebody has to look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(OrderChange):
    """The order is refused as fraudulent. It holds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReviewApproved(OrderChange):
    """The order stands."""

    reviewer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReviewDeclined(OrderChange):
    """The order is called off and its stock let go."""

    reviewer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderChange):
    """The order is called off and its stock let go. The lines stay as they were ordered."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItemCancelled(OrderChange):
    """So many units of this SKU, not counting earlier ones, will not be sent; their stock is let go."""

    sku: Sku
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecorded(OrderChange):
    """So much was paid. The last two are sums of all payments and of all refunds."""

    amount_cents: int
    reference: str
    reason: str | None
    paid_cents: int
    refunded_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRecorded(OrderChange):
    """So much was paid back. The last two are sums of all payments and of all refunds."""

    amount_cents: int
    reference: str
    reason: str | None
    paid_cents: int
    refunded_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(OrderChange):
    """Somebody remarked something."""

    text: str
