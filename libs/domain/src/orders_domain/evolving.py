"""How its events make an order."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import assert_never

from orders_domain import events as happened
from orders_domain.events import OrderCreated, OrderEvent
from orders_domain.lines import drop_line, put_lines
from orders_domain.order import Order
from orders_domain.parts import Charge, Discount, Payment, Return, ReturnStage, Shipment


def evolve(order: Order | None, event: OrderEvent) -> Order:
    """The order after the event. Raises ValueError for a second creation, or for none."""
    if isinstance(event, OrderCreated):
        if order is not None:
            raise ValueError("an order is created once")
        return _created(event)
    if order is None:
        raise ValueError("the first event of an order is OrderCreated")
    return _with_parts(_with_results(order, event), event)


def fold(events: Iterable[OrderEvent]) -> Order:
    """The order that its events, from the first on, add up to. Raises ValueError where there is none."""
    order = reduce(evolve, events, None)
    if order is None:
        raise ValueError("no event, no order")
    return order


def _created(event: OrderCreated) -> Order:
    return Order(
        order_id=event.order_id,
        version=1,
        customer_id=event.customer_id,
        reference=event.reference,
        shipping_address=event.shipping_address,
        lines=event.lines,
        last_line_number=len(event.lines),
        shipments=(),
        results=event.results,
    )


def _with_results(order: Order, event: OrderEvent) -> Order:
    return replace(
        order,
        version=order.version + 1,
        lines=put_lines(order.lines, event.lines),
        last_line_number=max([order.last_line_number, *(line.line_number for line in event.lines)]),
        results=event.results,
    )


def _with_parts(order: Order, event: OrderEvent) -> Order:  # noqa: PLR0911 - an arm per kind of event
    match event:
        case happened.OrderItemRemoved():
            return replace(order, lines=drop_line(order.lines, event.sku))
        case happened.ShippingAddressSet():
            return replace(order, shipping_address=event.shipping_address)
        case happened.NoteAdded():
            return replace(order, notes=order.notes + 1)
        case happened.DiscountApplied() | happened.DiscountRemoved() | happened.ChargeSet() | happened.ChargeRemoved():
            return _with_terms(order, event)
        case happened.PaymentRecorded():
            return replace(order, payments=(*order.payments, _payment(event)))
        case happened.RefundRecorded():
            return replace(order, refunds=(*order.refunds, _payment(event)))
        case happened.OrderShipped() | happened.ShipmentDelivered():
            return replace(order, shipments=_parcels(order.shipments, event))
        case happened.ReturnRequested() | happened.ReturnReceived() | happened.ReturnRejected():
            return replace(order, returns=_returns(order.returns, event))
        case (
            happened.OrderCreated()
            | happened.OrderItemAdded()
            | happened.OrderItemQuantityChanged()
            | happened.OrderItemCancelled()
            | happened.OrderConfirmed()
            | happened.OrderHeldForReview()
            | happened.OrderRejected()
            | happened.OrderReviewApproved()
            | happened.OrderReviewDeclined()
            | happened.OrderCancelled()
            | happened.OrderDiscarded()
            | happened.OrderExpired()
            | happened.OrderCompleted()
        ):
            return order
        case _:
            assert_never(event)


def _with_terms(
    order: Order,
    event: happened.DiscountApplied | happened.DiscountRemoved | happened.ChargeSet | happened.ChargeRemoved,
) -> Order:
    match event:
        case happened.DiscountApplied():
            return replace(order, discounts=(*order.discounts, _discount(event)))
        case happened.DiscountRemoved():
            return replace(order, discounts=tuple(one for one in order.discounts if one.code != event.code))
        case happened.ChargeSet():
            by_kind = {one.kind: one for one in order.charges}
            by_kind[event.kind] = _charge(event)
            return replace(order, charges=tuple(by_kind.values()))
        case happened.ChargeRemoved():
            return replace(order, charges=tuple(one for one in order.charges if one.kind != event.kind))


def _parcels(
    shipments: tuple[Shipment, ...], event: happened.OrderShipped | happened.ShipmentDelivered
) -> tuple[Shipment, ...]:
    if isinstance(event, happened.OrderShipped):
        return (*shipments, _parcel(event))
    arrived = event.shipment_id
    return tuple(replace(one, delivered=True) if one.shipment_id == arrived else one for one in shipments)


def _returns(
    returns: tuple[Return, ...], event: happened.ReturnRequested | happened.ReturnReceived | happened.ReturnRejected
) -> tuple[Return, ...]:
    if isinstance(event, happened.ReturnRequested):
        return (*returns, _return(event))
    stage = ReturnStage.RECEIVED if isinstance(event, happened.ReturnReceived) else ReturnStage.REJECTED
    settled = event.return_id
    return tuple(replace(one, stage=stage) if one.return_id == settled else one for one in returns)


def _discount(event: happened.DiscountApplied) -> Discount:
    return Discount(code=event.code, percent_bp=event.percent_bp, amount_cents=event.amount_cents)


def _charge(event: happened.ChargeSet) -> Charge:
    return Charge(kind=event.kind, label=event.label, amount_cents=event.amount_cents)


def _payment(event: happened.PaymentRecorded | happened.RefundRecorded) -> Payment:
    return Payment(reference=event.reference, amount_cents=event.amount_cents)


def _return(event: happened.ReturnRequested) -> Return:
    return Return(return_id=event.return_id, items=event.items, stage=ReturnStage.REQUESTED)


def _parcel(event: happened.OrderShipped) -> Shipment:
    return Shipment(
        shipment_id=event.shipment_id,
        items=event.items,
        carrier=event.carrier,
        tracking=event.tracking,
        delivered=False,
    )
