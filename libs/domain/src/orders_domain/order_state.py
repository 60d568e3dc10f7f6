"""An order as it stands: what its events add up to, and what can be read from that without deciding anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orders_domain.errors import IllegalTransition
from orders_domain.events import OrderResults
from orders_domain.lines import OrderLine
from orders_domain.pricing import order_results
from orders_domain.values import (
    Currency,
    CustomerId,
    ItemQuantity,
    OrderId,
    OrderStatus,
    ShipmentId,
    ShippingAddress,
    Sku,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One parcel of an order, each SKU named once."""

    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None
    delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """The stored part of an order. Version 1 is its creation; every event adds 1.

    `last_line_number` is the highest ever given, so that a removed line's number is not given again.
    """

    order_id: OrderId
    version: int
    customer_id: CustomerId
    reference: str | None
    shipping_address: ShippingAddress | None
    lines: tuple[OrderLine, ...]
    last_line_number: int
    shipments: tuple[Shipment, ...]
    results: OrderResults

    @property
    def status(self) -> OrderStatus:
        """Where the order stands in its life."""
        return self.results.status

    @property
    def currency(self) -> Currency:
        """The one currency of all its amounts."""
        return self.results.currency

    @property
    def anything_shipped(self) -> bool:
        """True as soon as one parcel has left."""
        return bool(self.shipments)

    def line(self, sku: Sku) -> OrderLine | None:
        """The line of the SKU, if there is one."""
        return next((line for line in self.lines if line.sku == sku), None)

    def shipment(self, shipment_id: ShipmentId) -> Shipment | None:
        """The shipment of the id, if there is one."""
        return next((parcel for parcel in self.shipments if parcel.shipment_id == shipment_id), None)

    def unshipped(self) -> Mapping[Sku, int]:
        """Units per SKU still to be shipped: what the order holds reserved while CONFIRMED or PENDING_REVIEW.

        Of a draft it is what a confirmation has to reserve. SKUs with nothing left are not in it.
        """
        return {line.sku: line.unshipped for line in self.lines if line.unshipped}

    def require_status(self, action: str, *allowed: OrderStatus) -> None:
        """Raises IllegalTransition that names the present state and the action, unless the state is allowed."""
        if self.status not in allowed:
            raise IllegalTransition(self.status, action)

    def results_with_lines(self, lines: tuple[OrderLine, ...]) -> OrderResults:
        """The results if these were the lines."""
        return order_results(currency=self.currency, status=self.status, lines=lines)

    def results_with_status(self, status: OrderStatus) -> OrderResults:
        """The results if this were the status."""
        return replace(self.results, status=status)
