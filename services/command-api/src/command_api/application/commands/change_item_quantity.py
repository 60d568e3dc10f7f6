"""Set a draft's line to another number of units."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItemQuantity:
    order_id: OrderId
    sku: Sku
    quantity: int


async def change_item_quantity(command: ChangeItemQuantity, uow: UnitOfWork) -> Outcome:
    order, products = await uow.order_and_products(command.order_id, [command.sku])
    order = uow.save(order, order.change_item_quantity(command.sku, command.quantity, products.get(command.sku)))
    await uow.commit()
    return of_order(order)
