"""An order as it stands: what its events add up to, and what can be read from that without deciding anything."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_domain.errors import IllegalTransition
from orders_domain.events import OrderResults
from orders_domain.lines import OrderLine
from orders_domain.parts import Charge, Discount, Payment, Return, Shipment
from orders_domain.pricing import order_results
from orders_domain.values import (
    Currency,
    CustomerId,
    OrderId,
    OrderStatus,
    ReturnId,
    ShipmentId,
    ShippingAddress,
    Sku,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """The stored part of an order. Version 1 is its creation; every event adds 1.

    `last_line_number` is the highest ever given, so that a removed line's number is not given again. What has a default
    is younger than the first orders.
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
    discounts: tuple[Discount, ...] = ()
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Payment, ...] = ()
    returns: tuple[Return, ...] = ()
    notes: int = 0

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

    @property
    def paid_cents(self) -> int:
        """Sum of all payments."""
        return sum(payment.amount_cents for payment in self.payments)

    @property
    def refunded_cents(self) -> int:
        """Sum of all refunds."""
        return sum(refund.amount_cents for refund in self.refunds)

    def line(self, sku: Sku) -> OrderLine | None:
        """The line of the SKU, if there is one."""
        return next((line for line in self.lines if line.sku == sku), None)

    def shipment(self, shipment_id: ShipmentId) -> Shipment | None:
        """The shipment of the id, if there is one."""
        return next((parcel for parcel in self.shipments if parcel.shipment_id == shipment_id), None)

    def return_of(self, return_id: ReturnId) -> Return | None:
        """The return of the id, if there is one."""
        return next((back for back in self.returns if back.return_id == return_id), None)

    def unshipped(self) -> Mapping[Sku, int]:
        """Units per SKU still to be shipped: what the order holds reserved while CONFIRMED or PENDING_REVIEW.

        Of a draft it is what a confirmation has to reserve. SKUs with nothing left are not in it.
        """
        return {line.sku: line.unshipped for line in self.lines if line.unshipped}

    def require_status(self, action: str, *allowed: OrderStatus) -> None:
        """Raises IllegalTransition that names the present state and the action, unless the state is allowed."""
        if self.status not in allowed:
            raise IllegalTransition(self.status, action)

    def results_with(
        self,
        *,
        status: OrderStatus | None = None,
        lines: tuple[OrderLine, ...] | None = None,
        charges: int | None = None,
        paid: int | None = None,
        refunded: int | None = None,
    ) -> OrderResults:
        """The results if this were the status, these the lines, and these the sums; as it is where nothing is said."""
        return order_results(
            currency=self.currency,
            status=self.status if status is None else status,
            lines=self.lines if lines is None else lines,
            charges=self.results.charges_cents if charges is None else charges,
            paid=self.paid_cents if paid is None else paid,
            refunded=self.refunded_cents if refunded is None else refunded,
        )
