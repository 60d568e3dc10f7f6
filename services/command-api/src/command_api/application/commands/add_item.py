"""Add units of a product to a draft."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    order_id: OrderId
    sku: Sku
    quantity: int


async def add_item(command: AddItem, uow: UnitOfWork) -> Outcome:
    order, products = await uow.order_and_products(command.order_id, [command.sku])
    order = uow.save(order, order.add_item(command.sku, command.quantity, products.get(command.sku)))
    await uow.commit()
    return of_order(order)
