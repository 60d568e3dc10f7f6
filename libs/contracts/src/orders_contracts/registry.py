"""Which event types there are. A type is `orders.<Name>.v<version>`; an unknown one is no error of this page's."""

from typing import Final

from orders_contracts.v1 import commands, drafts, orders, products, settled
from orders_contracts.v2 import orders as orders_v2

EventData = orders.OrderEvent | products.ProductEvent | commands.CommandEvent
Model = type[orders.OrderEvent] | type[products.ProductEvent] | type[commands.CommandEvent]

_V1: Final[tuple[Model, ...]] = (
    orders.OrderCreated,
    orders.OrderItemAdded,
    orders.OrderItemQuantityChanged,
    orders.OrderItemRemoved,
    orders.ShippingAddressSet,
    orders.OrderConfirmed,
    orders.OrderCancelled,
    orders.OrderDiscarded,
    orders.OrderShipped,
    orders.ShipmentDelivered,
    orders.OrderCompleted,
    drafts.DiscountApplied,
    drafts.DiscountRemoved,
    drafts.ChargeSet,
    drafts.ChargeRemoved,
    drafts.OrderExpired,
    settled.OrderHeldForReview,
    settled.OrderRejected,
    settled.OrderReviewApproved,
    settled.OrderReviewDeclined,
    settled.OrderItemCancelled,
    settled.PaymentRecorded,
    settled.RefundRecorded,
    settled.ReturnRequested,
    settled.ReturnReceived,
    settled.ReturnRejected,
    settled.NoteAdded,
    products.ProductListed,
    products.ProductChanged,
    products.ProductDelisted,
    products.StockAdjusted,
    products.StockReserved,
    products.StockReleased,
    products.StockShipped,
    products.StockReturned,
    commands.CommandAccepted,
    commands.CommandSucceeded,
    commands.CommandFailed,
)
_V2: Final[tuple[Model, ...]] = (orders_v2.OrderShipped,)


def event_type(name: str, version: int) -> str:
    """The type as it is written in envelopes and stream entries."""
    return f"orders.{name}.v{version}"


def schema_uri(name: str, version: int) -> str:
    """What `dataschema` says: the name of the JSON Schema that the data obeys."""
    return f"urn:orders:schema:{name}:v{version}"


def version_of(type_: str) -> int:
    """1 for `orders.OrderCreated.v1`."""
    return int(type_.rpartition(".v")[2])


def name_of(type_: str) -> str:
    """`OrderCreated` for `orders.OrderCreated.v1`: what people are shown."""
    return type_.split(".")[1]


REGISTRY: Final[dict[str, Model]] = {
    event_type(model.__name__, version): model for version, models in ((1, _V1), (2, _V2)) for model in models
}
"""Every version that was ever written."""

WRITTEN: Final[dict[str, Model]] = {
    type_: model
    for type_, model in REGISTRY.items()
    if event_type(model.__name__, version_of(type_) + 1) not in REGISTRY
}
"""The newest version of each: what is written today, and all that readers get to see."""
