"""Decisions on goods that come back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orders_domain.errors import IllegalTransition, ItemNotFound, ReturnExceedsDelivered, ReturnNotFound
from orders_domain.events import OrderEvent, ReturnReceived, ReturnRejected, ReturnRequested
from orders_domain.lines import OrderLine, merge_items, put_lines
from orders_domain.order_state import OrderState
from orders_domain.parts import Return, ReturnStage, require_room
from orders_domain.values import ItemQuantity, OrderStatus, ReturnId, Sku


def request_return(
    order: OrderState, return_id: ReturnId, items: Sequence[ItemQuantity], reason: str
) -> tuple[OrderEvent, ...]:
    """Notes what the customer wants to send back; the same SKU twice is merged.

    Raises, in this order, IllegalTransition, PartLimit, then for each SKU ItemNotFound or ReturnExceedsDelivered;
    ValueError for no items, a quantity out of bounds, or a return id that the order has already.
    """
    wanted = merge_items(items)
    if not wanted:
        raise ValueError("a return has at least one item")
    order.require_status("request a return", OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
    if order.return_of(return_id) is not None:
        raise ValueError(f"the order has a return {return_id} already")
    require_room("returns", order.returns)
    for sku, quantity in wanted.items():
        _require_returnable(order.line(sku), sku, quantity)
    changed = tuple(
        replace(line, return_requested=line.return_requested + wanted[line.sku])
        for line in order.lines
        if line.sku in wanted
    )
    requested = ReturnRequested(
        return_id=return_id,
        items=tuple(ItemQuantity(sku, quantity) for sku, quantity in wanted.items()),
        reason=reason,
        lines=changed,
        results=order.results_with(lines=put_lines(order.lines, changed)),
    )
    return (requested,)


def receive_return(order: OrderState, return_id: ReturnId, *, restock: bool) -> tuple[OrderEvent, ...]:
    """Notes that it has come back. The caller puts its items on hand in the same transaction where `restock` asks so.

    Raises, in this order, IllegalTransition, ReturnNotFound, and IllegalTransition for one that is settled.
    """
    back = _require_open(order, return_id, "receive")
    units = _units(back)
    changed = tuple(_came_back(line, units[line.sku]) for line in order.lines if line.sku in units)
    results = order.results_with(lines=put_lines(order.lines, changed))
    return (ReturnReceived(return_id=return_id, restocked=restock, lines=changed, results=results),)


def reject_return(order: OrderState, return_id: ReturnId, reason: str) -> tuple[OrderEvent, ...]:
    """Notes that it is not taken back. Raises as `receive_return`."""
    back = _require_open(order, return_id, "reject")
    units = _units(back)
    changed = tuple(
        replace(line, return_requested=line.return_requested - units[line.sku])
        for line in order.lines
        if line.sku in units
    )
    results = order.results_with(lines=put_lines(order.lines, changed))
    return (ReturnRejected(return_id=return_id, reason=reason, lines=changed, results=results),)


def _require_returnable(line: OrderLine | None, sku: Sku, quantity: int) -> None:
    if line is None:
        raise ItemNotFound(sku)
    if quantity > line.returnable:
        raise ReturnExceedsDelivered(sku, quantity, line.returnable)


def _require_open(order: OrderState, return_id: ReturnId, verb: str) -> Return:
    action = f"{verb} return {return_id}"
    order.require_status(action, OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
    back = order.return_of(return_id)
    if back is None:
        raise ReturnNotFound(return_id)
    if back.stage is not ReturnStage.REQUESTED:
        raise IllegalTransition(order.status, action, f"the return is {back.stage.value} already")
    return back


def _units(back: Return) -> Mapping[Sku, int]:
    return {item.sku: item.quantity for item in back.items}


def _came_back(line: OrderLine, quantity: int) -> OrderLine:
    """Units are worth their price less their part of the line's discount: what is left of it if no other were kept.

    So all that is kept is worth what is owed for it, whatever was cancelled before, between and after.
    """
    returned = line.returned + quantity
    share = line.share_cents - line.share_of(line.quantity - returned)
    return replace(
        line,
        return_requested=line.return_requested - quantity,
        returned=returned,
        returned_cents=line.unit_price_cents * returned - share,
    )
