"""What happened to an order, in the words of today: the newest version of every event.

Who writes or reads events takes them from here; only the codec knows older versions.
"""

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
from orders_contracts.v2.orders import OrderShipped, ShippedItem

__all__ = [
    "Address",
    "Line",
    "OrderCancelled",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderCreated",
    "OrderDiscarded",
    "OrderEvent",
    "OrderItemAdded",
    "OrderItemQuantityChanged",
    "OrderItemRemoved",
    "OrderShipped",
    "ShipmentDelivered",
    "ShippedItem",
    "ShippingAddressSet",
]
