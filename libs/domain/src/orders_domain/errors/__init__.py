"""Every refusal of the domain, each with a stable code for programs and a plain sentence for people."""

from orders_domain.errors.goods import (
    CancelExceedsUnshipped,
    ReturnExceedsDelivered,
    ReturnNotFound,
    ShipmentExceedsOrdered,
    ShipmentNotFound,
)
from orders_domain.errors.money import (
    ChargeNotFound,
    DiscountExceedsTotal,
    DiscountNotFound,
    DuplicateDiscount,
    DuplicateReference,
    Overpayment,
    RefundExceedsPaid,
)
from orders_domain.errors.orders import (
    EmptyOrder,
    IllegalTransition,
    ItemNotFound,
    LineLimit,
    MissingAddress,
    NoteLimit,
    OrderNotFound,
    PartLimit,
)
from orders_domain.errors.products import (
    CurrencyMismatch,
    InsufficientInventory,
    ProductDelisted,
    ProductNotFound,
    QuantityLimit,
    Shortage,
    StockBelowReserved,
    UnknownProduct,
)
from orders_domain.errors.refusal import DomainError

__all__ = [
    "CancelExceedsUnshipped",
    "ChargeNotFound",
    "CurrencyMismatch",
    "DiscountExceedsTotal",
    "DiscountNotFound",
    "DomainError",
    "DuplicateDiscount",
    "DuplicateReference",
    "EmptyOrder",
    "IllegalTransition",
    "InsufficientInventory",
    "ItemNotFound",
    "LineLimit",
    "MissingAddress",
    "NoteLimit",
    "OrderNotFound",
    "Overpayment",
    "PartLimit",
    "ProductDelisted",
    "ProductNotFound",
    "QuantityLimit",
    "RefundExceedsPaid",
    "ReturnExceedsDelivered",
    "ReturnNotFound",
    "ShipmentExceedsOrdered",
    "ShipmentNotFound",
    "Shortage",
    "StockBelowReserved",
    "UnknownProduct",
]
