"""Confirm a draft: it becomes binding, and its stock is reserved in the same transaction."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain import stock
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrder:
    order_id: OrderId


async def confirm_order(command: ConfirmOrder, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    events = order.confirm()
    wanted = order.unshipped()
    products = await uow.lock_products(wanted)
    for sku, reserved in stock.reserve(products, order.order_id, wanted).items():
        uow.save(products[sku], reserved)
    order = uow.save(order, events)
    await uow.commit()
    return of_order(order)
