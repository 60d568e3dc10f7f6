"""Which event types there are. A type is `orders.<Name>.v<version>`; an unknown one is no error of this page's."""

from typing import Final

from orders_contracts.v1 import orders, products

EventData = orders.OrderEvent | products.ProductEvent

_V1: Final[tuple[type[orders.OrderEvent] | type[products.ProductEvent], ...]] = (
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
    products.ProductListed,
    products.ProductChanged,
    products.StockAdjusted,
    products.StockReserved,
    products.StockReleased,
    products.StockShipped,
)


def event_type(name: str, version: int) -> str:
    """The type as it is written in envelopes and stream entries."""
    return f"orders.{name}.v{version}"


def schema_uri(name: str, version: int) -> str:
    """What `dataschema` says: the name of the JSON Schema that the data obeys."""
    return f"urn:orders:schema:{name}:v{version}"


def name_of(type_: str) -> str:
    """`OrderCreated` for `orders.OrderCreated.v1`: what people are shown."""
    return type_.split(".")[1]


REGISTRY: Final[dict[str, type[orders.OrderEvent] | type[products.ProductEvent]]] = {
    event_type(model.__name__, 1): model for model in _V1
}
