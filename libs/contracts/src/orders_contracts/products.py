"""What happened to a product, in the words of today: the newest version of every event."""

from orders_contracts.v1.products import (
    ProductChanged,
    ProductEvent,
    ProductListed,
    StockAdjusted,
    StockReleased,
    StockReserved,
    StockShipped,
)

__all__ = [
    "ProductChanged",
    "ProductEvent",
    "ProductListed",
    "StockAdjusted",
    "StockReleased",
    "StockReserved",
    "StockShipped",
]
