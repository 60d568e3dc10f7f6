"""What has happened to an order or a product. Events carry results, so that a reader copies and never computes."""

from orders_domain.events.drafts import (
    ChargeRemoved,
    ChargeSet,
    DiscountApplied,
    DiscountRemoved,
    OrderCreated,
    OrderDiscarded,
    OrderExpired,
    OrderItemAdded,
    OrderItemQuantityChanged,
    OrderItemRemoved,
    ShippingAddressSet,
)
from orders_domain.events.goods import (
    OrderCompleted,
    OrderShipped,
    ReturnReceived,
    ReturnRejected,
    ReturnRequested,
    ShipmentDelivered,
)
from orders_domain.events.products import (
    ProductChange,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    StockAdjusted,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
)
from orders_domain.events.results import (
    OrderChange,
    OrderResults,
)
from orders_domain.events.settled import (
    NoteAdded,
    OrderCancelled,
    OrderConfirmed,
    OrderHeldForReview,
    OrderItemCancelled,
    OrderRejected,
    OrderReviewApproved,
    OrderReviewDeclined,
    PaymentRecorded,
    RefundRecorded,
)

OrderEvent = (
    OrderCreated
    | OrderItemAdded
    | OrderItemQuantityChanged
    | OrderItemRemoved
    | ShippingAddressSet
    | DiscountApplied
    | DiscountRemoved
    | ChargeSet
    | ChargeRemoved
    | OrderDiscarded
    | OrderExpired
    | OrderConfirmed
    | OrderHeldForReview
    | OrderRejected
    | OrderReviewApproved
    | OrderReviewDeclined
    | OrderCancelled
    | OrderItemCancelled
    | PaymentRecorded
    | RefundRecorded
    | NoteAdded
    | OrderShipped
    | ShipmentDelivered
    | OrderCompleted
    | ReturnRequested
    | ReturnReceived
    | ReturnRejected
)
ProductEvent = (
    ProductListed
    | ProductChanged
    | ProductDelisted
    | StockAdjusted
    | StockReserved
    | StockReleased
    | StockShipped
    | StockReturned
)

__all__ = [
    "ChargeRemoved",
    "ChargeSet",
    "DiscountApplied",
    "DiscountRemoved",
    "NoteAdded",
    "OrderCancelled",
    "OrderChange",
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
    "OrderResults",
    "OrderReviewApproved",
    "OrderReviewDeclined",
    "OrderShipped",
    "PaymentRecorded",
    "ProductChange",
    "ProductChanged",
    "ProductDelisted",
    "ProductEvent",
    "ProductListed",
    "RefundRecorded",
    "ReturnReceived",
    "ReturnRejected",
    "ReturnRequested",
    "ShipmentDelivered",
    "ShippingAddressSet",
    "StockAdjusted",
    "StockReleased",
    "StockReserved",
    "StockReturned",
    "StockShipped",
]
