"""From an order's events to the published ones. Besides products and parts, nobody else speaks both languages."""

from typing import assert_never

from command_api.adapters.published_parts import OrderFacts, address_of, coming_back, order_facts, parcel
from orders_contracts import orders
from orders_contracts.registry import EventData
from orders_domain import events as domain


def publish_order_event(event: domain.OrderEvent) -> EventData:
    """The published form of what happened to an order."""
    after = order_facts(event)
    match event:
        case (
            domain.OrderCreated()
            | domain.OrderItemAdded()
            | domain.OrderItemQuantityChanged()
            | domain.OrderItemRemoved()
            | domain.ShippingAddressSet()
            | domain.OrderDiscarded()
            | domain.OrderExpired()
        ):
            return _drafted(event, after)
        case domain.DiscountApplied() | domain.DiscountRemoved() | domain.ChargeSet() | domain.ChargeRemoved():
            return _agreed(event, after)
        case (
            domain.OrderConfirmed()
            | domain.OrderHeldForReview()
            | domain.OrderRejected()
            | domain.OrderReviewApproved()
            | domain.OrderReviewDeclined()
            | domain.OrderCancelled()
            | domain.OrderItemCancelled()
            | domain.NoteAdded()
        ):
            return _settled(event, after)
        case domain.PaymentRecorded() | domain.RefundRecorded():
            return _paid(event, after)
        case (
            domain.OrderShipped()
            | domain.ShipmentDelivered()
            | domain.OrderCompleted()
            | domain.ReturnRequested()
            | domain.ReturnReceived()
            | domain.ReturnRejected()
        ):
            return _moved(event, after)
        case _:
            assert_never(event)


def _drafted(  # noqa: PLR0911 - an arm per event
    event: domain.OrderCreated
    | domain.OrderItemAdded
    | domain.OrderItemQuantityChanged
    | domain.OrderItemRemoved
    | domain.ShippingAddressSet
    | domain.OrderDiscarded
    | domain.OrderExpired,
    after: OrderFacts,
) -> EventData:
    match event:
        case domain.OrderCreated():
            return orders.OrderCreated(
                **after,
                customer_id=event.customer_id,
                reference=event.reference,
                shipping_address=None if event.shipping_address is None else address_of(event.shipping_address),
            )
        case domain.OrderItemAdded():
            return orders.OrderItemAdded(**after, sku=event.sku, quantity=event.quantity)
        case domain.OrderItemQuantityChanged():
            return orders.OrderItemQuantityChanged(**after, sku=event.sku, quantity=event.quantity)
        case domain.OrderItemRemoved():
            return orders.OrderItemRemoved(**after, sku=event.sku)
        case domain.ShippingAddressSet():
            return orders.ShippingAddressSet(**after, shipping_address=address_of(event.shipping_address))
        case domain.OrderDiscarded():
            return orders.OrderDiscarded(**after)
        case domain.OrderExpired():
            return orders.OrderExpired(**after)
        case _:
            assert_never(event)


def _agreed(
    event: domain.DiscountApplied | domain.DiscountRemoved | domain.ChargeSet | domain.ChargeRemoved,
    after: OrderFacts,
) -> EventData:
    match event:
        case domain.DiscountApplied():
            return orders.DiscountApplied(
                **after, code=event.code, percent_bp=event.percent_bp, amount_cents=event.amount_cents
            )
        case domain.DiscountRemoved():
            return orders.DiscountRemoved(**after, code=event.code)
        case domain.ChargeSet():
            return orders.ChargeSet(**after, kind=event.kind.value, label=event.label, amount_cents=event.amount_cents)
        case domain.ChargeRemoved():
            return orders.ChargeRemoved(**after, kind=event.kind.value)
        case _:
            assert_never(event)


def _settled(  # noqa: PLR0911 - an arm per event
    event: domain.OrderConfirmed
    | domain.OrderHeldForReview
    | domain.OrderRejected
    | domain.OrderReviewApproved
    | domain.OrderReviewDeclined
    | domain.OrderCancelled
    | domain.OrderItemCancelled
    | domain.NoteAdded,
    after: OrderFacts,
) -> EventData:
    match event:
        case domain.OrderConfirmed():
            return orders.OrderConfirmed(**after)
        case domain.OrderHeldForReview():
            return orders.OrderHeldForReview(**after)
        case domain.OrderRejected():
            return orders.OrderRejected(**after)
        case domain.OrderReviewApproved():
            return orders.OrderReviewApproved(**after, reviewer=event.reviewer, reason=event.reason)
        case domain.OrderReviewDeclined():
            return orders.OrderReviewDeclined(**after, reviewer=event.reviewer, reason=event.reason)
        case domain.OrderCancelled():
            return orders.OrderCancelled(**after, reason=event.reason)
        case domain.OrderItemCancelled():
            return orders.OrderItemCancelled(**after, sku=event.sku, quantity=event.quantity, reason=event.reason)
        case domain.NoteAdded():
            return orders.NoteAdded(**after, text=event.text)
        case _:
            assert_never(event)


def _paid(
    event: domain.PaymentRecorded | domain.RefundRecorded,
    after: OrderFacts,
) -> EventData:
    match event:
        case domain.PaymentRecorded():
            return orders.PaymentRecorded(
                **after,
                amount_cents=event.amount_cents,
                reference=event.reference,
                reason=event.reason,
                paid_cents=event.paid_cents,
                refunded_cents=event.refunded_cents,
            )
        case domain.RefundRecorded():
            return orders.RefundRecorded(
                **after,
                amount_cents=event.amount_cents,
                reference=event.reference,
                reason=event.reason,
                paid_cents=event.paid_cents,
                refunded_cents=event.refunded_cents,
            )
        case _:
            assert_never(event)


def _moved(
    event: domain.OrderShipped
    | domain.ShipmentDelivered
    | domain.OrderCompleted
    | domain.ReturnRequested
    | domain.ReturnReceived
    | domain.ReturnRejected,
    after: OrderFacts,
) -> EventData:
    match event:
        case domain.OrderShipped():
            return orders.OrderShipped(
                **after,
                shipment_id=event.shipment_id,
                items=parcel(event),
                carrier=event.carrier,
                tracking=event.tracking,
            )
        case domain.ShipmentDelivered():
            return orders.ShipmentDelivered(**after, shipment_id=event.shipment_id)
        case domain.OrderCompleted():
            return orders.OrderCompleted(**after)
        case domain.ReturnRequested():
            return orders.ReturnRequested(
                **after, return_id=event.return_id, items=coming_back(event), reason=event.reason
            )
        case domain.ReturnReceived():
            return orders.ReturnReceived(**after, return_id=event.return_id, restocked=event.restocked)
        case domain.ReturnRejected():
            return orders.ReturnRejected(**after, return_id=event.return_id, reason=event.reason)
        case _:
            assert_never(event)
