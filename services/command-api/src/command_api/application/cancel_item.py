"""Take units off a confirmed order before they are shipped: they are released in the same transaction."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain import stock
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelItem:
    order_id: OrderId
    sku: Sku
    quantity: int
    reason: str


async def cancel_item(command: CancelItem, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    events = order.cancel_item(command.sku, command.quantity, command.reason)
    given_up = {command.sku: command.quantity}
    products = await uow.lock_products(given_up)
    for sku, released in stock.release(products, order.order_id, given_up).items():
        uow.save(products[sku], released)
    order = uow.save(order, events)
    await uow.commit()
    return of_order(order)
