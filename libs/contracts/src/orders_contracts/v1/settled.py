"""What became of an order: reviews, cancelled items, money, returns and remarks."""

from uuid import UUID

from msgspec import Struct

from orders_contracts.v1.orders import OrderEvent


class OrderHeldForReview(OrderEvent, frozen=True, kw_only=True):
    """Its stock is reserved, and somebody has to look at it."""


class OrderRejected(OrderEvent, frozen=True, kw_only=True):
    """It is refused as fraudulent; nothing is reserved."""


class OrderReviewApproved(OrderEvent, frozen=True, kw_only=True):
    """The order is binding."""

    reviewer: str
    reason: str


class OrderReviewDeclined(OrderEvent, frozen=True, kw_only=True):
    """The order will not be fulfilled; its stock is released."""

    reviewer: str
    reason: str


class OrderItemCancelled(OrderEvent, frozen=True, kw_only=True):
    """`quantity` more units of `sku` will not be sent; they are released."""

    sku: str
    quantity: int
    reason: str


class PaymentRecorded(OrderEvent, frozen=True, kw_only=True):
    """`amount_cents` were paid; `paid_cents` and `refunded_cents` are the sums since the beginning."""

    amount_cents: int
    reference: str
    reason: str | None
    paid_cents: int
    refunded_cents: int


class RefundRecorded(OrderEvent, frozen=True, kw_only=True):
    """`amount_cents` were paid back; `paid_cents` and `refunded_cents` are the sums since the beginning."""

    amount_cents: int
    reference: str
    reason: str | None
    paid_cents: int
    refunded_cents: int


class ReturnedItem(Struct, frozen=True, kw_only=True):
    """So many units of one line that come back."""

    line_number: int
    sku: str
    name: str
    quantity: int


class ReturnRequested(OrderEvent, frozen=True, kw_only=True):
    """The customer wants to send `items` back."""

    return_id: UUID
    items: tuple[ReturnedItem, ...]
    reason: str


class ReturnReceived(OrderEvent, frozen=True, kw_only=True):
    """They have come back; `restocked` where they can be sold again."""

    return_id: UUID
    restocked: bool


class ReturnRejected(OrderEvent, frozen=True, kw_only=True):
    """They are not taken back."""

    return_id: UUID
    reason: str


class NoteAdded(OrderEvent, frozen=True, kw_only=True):
    """Somebody remarked `text`."""

    text: str
