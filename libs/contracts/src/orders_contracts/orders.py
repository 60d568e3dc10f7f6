"""What happened to an order, in the words of today: the newest version of every event.

Who writes or reads events takes them from here; only the codec knows older versions.
"""

from orders_contracts.v1.drafts import ChargeRemoved, ChargeSet, DiscountApplied, DiscountRemoved, OrderExpired
from orders_contracts.v1.orders import (
    Address,
    Line,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderCreated,
    OrderDiscarded,
    OrderEvent,
    OrderItemAdded,
    OrderItemQuantityChanged,
    OrderItemRemoved,
    ShipmentDelivered,
    ShippingAddressSet,
)
from orders_contracts.v1.settled import (
    NoteAdded,
    OrderHeldForReview,
    OrderItemCancelled,
    OrderRejected,
    OrderReviewApproved,
    OrderReviewDeclined,
    PaymentRecorded,
    RefundRecorded,
    ReturnedItem,
    ReturnReceived,
    ReturnRejected,
    ReturnRequested,
)
from orders_contracts.v2.orders import OrderShipped, ShippedItem

__all__ = [
    "Address",
    "ChargeRemoved",
    "ChargeSet",
    "DiscountApplied",
    "DiscountRemoved",
    "Line",
    "NoteAdded",
    "OrderCancelled",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderCreated",
    "OrderDiscarded",
    "OrderEvent",
    "OrderExpired",
    "OrderHeldForReview",
    "OrderItemAdded",
    "OrderItemCancelled",
    "OrderItemQuantityChanged",
    "OrderItemRemoved",
    "OrderRejected",
    "OrderReviewApproved",
    "OrderReviewDeclined",
    "OrderShipped",
    "PaymentRecorded",
    "RefundRecorded",
    "ReturnReceived",
    "ReturnRejected",
    "ReturnRequested",
    "ReturnedItem",
    "ShipmentDelivered",
    "ShippedItem",
    "ShippingAddressSet",
]
