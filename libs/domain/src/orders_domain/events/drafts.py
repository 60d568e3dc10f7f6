"""What happens to an order while it is a draft."""

from dataclasses import dataclass

from orders_domain.events.results import OrderChange
from orders_domain.values import ChargeKind, CustomerId, DiscountCode, OrderId, ShippingAddress, Sku


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
class DiscountApplied(OrderChange):
    """A discount counts from now on: so many basis points of what is left, or an amount."""

    code: DiscountCode
    percent_bp: int | None
    amount_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountRemoved(OrderChange):
    """The discount of this code no longer counts."""

    code: DiscountCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSet(OrderChange):
    """This is charged beside the goods; one that was set before is replaced."""

    kind: ChargeKind
    label: str | None
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRemoved(OrderChange):
    """This is no longer charged."""

    kind: ChargeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDiscarded(OrderChange):
    """The draft is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(OrderChange):
    """The draft was left alone for too long."""
