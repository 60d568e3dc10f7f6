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
from orders_domain.values import ReturnId, ShipmentId


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


def _with_parts(order: Order, event: OrderEvent) -> Order:  # noqa: C901, PLR0911, PLR0912 - an arm per event
    match event:
        case happened.OrderItemRemoved():
            return replace(order, lines=drop_line(order.lines, event.sku))
        case happened.ShippingAddressSet():
            return replace(order, shipping_address=event.shipping_address)
        case happened.DiscountApplied():
            return replace(order, discounts=(*order.discounts, _discount(event)))
        case happened.DiscountRemoved():
            return replace(order, discounts=tuple(one for one in order.discounts if one.code != event.code))
        case happened.ChargeSet():
            others = tuple(one for one in order.charges if one.kind != event.kind)
            return replace(order, charges=(*others, _charge(event)))
        case happened.ChargeRemoved():
            return replace(order, charges=tuple(one for one in order.charges if one.kind != event.kind))
        case happened.PaymentRecorded():
            return replace(order, payments=(*order.payments, _payment(event)))
        case happened.RefundRecorded():
            return replace(order, refunds=(*order.refunds, _payment(event)))
        case happened.OrderShipped():
            return replace(order, shipments=(*order.shipments, _parcel(event)))
        case happened.ShipmentDelivered():
            return replace(order, shipments=_arrived(order.shipments, event.shipment_id))
        case happened.ReturnRequested():
            return replace(order, returns=(*order.returns, _return(event)))
        case happened.ReturnReceived():
            return replace(order, returns=_staged(order.returns, event.return_id, ReturnStage.RECEIVED))
        case happened.ReturnRejected():
            return replace(order, returns=_staged(order.returns, event.return_id, ReturnStage.REJECTED))
        case happened.NoteAdded():
            return replace(order, notes=order.notes + 1)
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


def _arrived(shipments: tuple[Shipment, ...], shipment_id: ShipmentId) -> tuple[Shipment, ...]:
    return tuple(
        replace(parcel, delivered=True) if parcel.shipment_id == shipment_id else parcel for parcel in shipments
    )


def _staged(returns: tuple[Return, ...], return_id: ReturnId, stage: ReturnStage) -> tuple[Return, ...]:
    return tuple(replace(back, stage=stage) if back.return_id == return_id else back for back in returns)
