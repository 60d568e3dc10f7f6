"""What has happened to an order or a product. Events carry results, so that a reader copies and never computes."""

from dataclasses import dataclass

from orders_domain.lines import OrderLine
from orders_domain.values import (
    Currency,
    CustomerId,
    FulfilmentStatus,
    ItemQuantity,
    OrderId,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    ShipmentId,
    ShippingAddress,
    Sku,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResults:
    """What an order amounts to after an event: states, units, and amounts in minor units of the currency."""

    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    return_status: ReturnStatus
    currency: Currency
    item_count: int
    subtotal_cents: int
    discount_cents: int
    charges_cents: int
    total_cents: int
    returned_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """What all order events have: the results, and each line that changed, whole, by ascending number."""

    results: OrderResults
    lines: tuple[OrderLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCreated(OrderChange):
    """An order begins as a draft, with any number of lines."""

    order_id: OrderId
    customer_id: CustomerId
    reference: str | None
    shipping_address: ShippingAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItemAdded(OrderChange):
    """So many units were added, to a new line or to the one of this SKU."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItemQuantityChanged(OrderChange):
    """The line of this SKU now has this quantity."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItemRemoved(OrderChange):
    """The line of this SKU is gone."""

    sku: Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddressSet(OrderChange):
    """The order goes to this address."""

    shipping_address: ShippingAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderChange):
    """The order stands and holds its stock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderChange):
    """The order is called off and its stock let go. The lines stay as they were ordered."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDiscarded(OrderChange):
    """The draft is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderChange):
    """One parcel left, each SKU named once."""

    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDelivered(OrderChange):
    """One parcel arrived."""

    shipment_id: ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(OrderChange):
    """All that was not cancelled has arrived."""


OrderEvent = (
    OrderCreated
    | OrderItemAdded
    | OrderItemQuantityChanged
    | OrderItemRemoved
    | ShippingAddressSet
    | OrderConfirmed
    | OrderCancelled
    | OrderDiscarded
    | OrderShipped
    | ShipmentDelivered
    | OrderCompleted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChange:
    """What all product events have: the product as it is now. Stock in units, price in minor units."""

    sku: Sku
    name: str
    unit_price_cents: int
    currency: Currency
    listed: bool
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Units on hand that no order holds."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductListed(ProductChange):
    """A product is sold from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(ProductChange):
    """It has another name or price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(ProductChange):
    """Someone counted, bought or lost so many units (signed)."""

    delta: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReserved(ProductChange):
    """An order holds so many more units."""

    order_id: OrderId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReleased(ProductChange):
    """An order let go of so many units."""

    order_id: OrderId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockShipped(ProductChange):
    """So many units that an order held have left the house."""

    order_id: OrderId
    quantity: int


ProductEvent = ProductListed | ProductChanged | StockAdjusted | StockReserved | StockReleased | StockShipped
