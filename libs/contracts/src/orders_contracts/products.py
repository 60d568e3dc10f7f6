"""What happened to a product, in the words of today: the newest version of every event."""

from orders_contracts.v1.products import (
    ProductChanged,
    ProductDelisted,
    ProductEvent,
    ProductListed,
    StockAdjusted,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
)

__all__ = [
    "ProductChanged",
    "ProductDelisted",
    "ProductEvent",
    "ProductListed",
    "StockAdjusted",
    "StockReleased",
    "StockReserved",
    "StockReturned",
    "StockShipped",
]
