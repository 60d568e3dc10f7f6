"""What is done to orders that stand, or do not, right and wrong: the other half of the rules."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from orders_domain.order import Order
from orders_domain.parts import ReturnStage
from orders_domain.values import FraudVerdict, ItemQuantity, OrderStatus, ReturnId, ShipmentId, Sku
from tests.unit.orders_domain.drafters import Drafters, items, picks, quantities, skus
from tests.unit.orders_domain.examples import ADDRESS, Decision, delivering
from tests.unit.orders_domain.moments import (
    approving,
    cancelling_item,
    confirming,
    declining,
    noting,
    paying,
    receiving,
    refunding,
    rejecting,
)

DRAFT, PENDING_REVIEW, CONFIRMED = OrderStatus.DRAFT, OrderStatus.PENDING_REVIEW, OrderStatus.CONFIRMED
COMPLETED, CANCELLED = OrderStatus.COMPLETED, OrderStatus.CANCELLED
STANDING = (CONFIRMED, COMPLETED)
SERVED = (DRAFT, PENDING_REVIEW, *STANDING)
APPROVE, REVIEW = FraudVerdict.APPROVE, FraudVerdict.REVIEW
UNKNOWN = UUID(int=0)
amounts = st.sampled_from([1, 250, 1_249, 10_000])
references = st.sampled_from(["A", "B", "C", "D"])


class Settlers(Drafters):
    """Whatever a client may send about orders after their draft; `serve` is the good clerk, so that some get far."""

    @rule(pick=picks, verdict=st.sampled_from(FraudVerdict))
    def confirm(self, pick: int, verdict: FraudVerdict) -> None:
        self.on(pick, confirming(verdict), DRAFT)

    @rule(pick=picks, what=st.sampled_from([approving, declining, noting("so")]))
    def look_at(self, pick: int, what: Decision) -> None:
        self.on(pick, what, PENDING_REVIEW)

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        self.on(pick, lambda order: order.cancel("no"), CONFIRMED, PENDING_REVIEW)

    @rule(pick=picks, sku=skus, quantity=quantities)
    def cancel_item(self, pick: int, sku: Sku, quantity: int) -> None:
        self.on(pick, cancelling_item(sku, quantity), CONFIRMED)

    @rule(pick=picks, cents=amounts, reference=references, over=st.booleans())
    def record_payment(self, pick: int, cents: int, reference: str, over: bool) -> None:
        self.on(pick, paying(cents, reference, allow_overpayment=over), *STANDING)

    @rule(pick=picks, cents=amounts, reference=references)
    def record_refund(self, pick: int, cents: int, reference: str) -> None:
        self.on(pick, refunding(cents, reference), *STANDING, CANCELLED)

    @rule(pick=picks, parcel=items)
    def ship(self, pick: int, parcel: list[ItemQuantity]) -> None:
        self.on(pick, lambda order: order.ship(ShipmentId(self.shop.new_id()), parcel, None, None), CONFIRMED)

    @rule(pick=picks, parcel=picks)
    def deliver(self, pick: int, parcel: int) -> None:
        known = [shipment.shipment_id for shipment in self.some_order(pick, CONFIRMED).shipments]
        shipment_id = [*known, ShipmentId(UNKNOWN)][parcel % (len(known) + 1)]
        self.on(pick, delivering(shipment_id), CONFIRMED)

    @rule(pick=picks, wanted=items)
    def request_return(self, pick: int, wanted: list[ItemQuantity]) -> None:
        self.on(
            pick, lambda order: order.request_return(ReturnId(self.shop.new_id()), wanted, "no"), CONFIRMED, COMPLETED
        )

    @rule(pick=picks, back=picks, restock=st.booleans())
    def receive_return(self, pick: int, back: int, restock: bool) -> None:
        self.on(pick, receiving(self.some_return(pick, back), restock=restock), *STANDING)

    @rule(pick=picks, back=picks)
    def reject_return(self, pick: int, back: int) -> None:
        self.on(pick, rejecting(self.some_return(pick, back)), *STANDING)

    def some_return(self, pick: int, back: int) -> ReturnId:
        """One of the returns of that order, the newest for 0; or one that there is not."""
        order = self.some_order(pick, *STANDING)
        if not order.returns:
            self.take_back_once(order, whole=False)
        known = [one.return_id for one in self.shop.orders[order.order_id].returns]
        return [*known[::-1], ReturnId(UNKNOWN)][back % (len(known) + 1)]

    @rule(pick=picks, parcels=st.lists(st.booleans(), min_size=1, max_size=8))
    def serve(self, pick: int, parcels: list[bool]) -> None:
        order_id = self.some_order(pick, *SERVED).order_id
        for whole in parcels:
            self.serve_once(self.shop.orders[order_id], whole)

    def serve_once(self, order: Order, whole: bool) -> None:
        """Brings the order one step nearer to its end; a small one unless it is to be the whole."""
        under_way = [shipment.shipment_id for shipment in order.shipments if not shipment.delivered]
        left = [ItemQuantity(sku, n if whole else 1) for sku, n in order.unshipped().items()]
        match order.status:
            case OrderStatus.DRAFT if order.shipping_address is None:
                self.shop.decide(order, lambda order: order.set_shipping_address(ADDRESS))
            case OrderStatus.DRAFT:
                self.shop.decide(order, confirming(APPROVE if whole else REVIEW))
            case OrderStatus.PENDING_REVIEW:
                self.shop.decide(order, approving)
            case OrderStatus.CONFIRMED | OrderStatus.COMPLETED if not order.payments:
                self.shop.decide(order, paying(order.results.total_cents or 1, "A", allow_overpayment=True))
            case OrderStatus.CONFIRMED if left:
                parcel = left if whole else left[:1]
                self.shop.decide(order, lambda order: order.ship(ShipmentId(self.shop.new_id()), parcel, None, None))
            case OrderStatus.CONFIRMED if under_way:
                self.shop.decide(order, delivering(under_way[-1]))
            case _:
                self.take_back_once(order, whole)

    def take_back_once(self, order: Order, whole: bool) -> None:
        """Asks for what can be returned, or receives what is on its way back."""
        if coming := [back.return_id for back in order.returns if back.stage is ReturnStage.REQUESTED]:
            self.shop.decide(order, receiving(coming[0], restock=whole))
        elif back := [
            ItemQuantity(line.sku, line.returnable if whole else 1) for line in order.lines if line.returnable
        ]:
            self.shop.decide(order, lambda order: order.request_return(ReturnId(self.shop.new_id()), back, "no"))
