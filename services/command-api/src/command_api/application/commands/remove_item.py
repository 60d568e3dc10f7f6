"""Take a line off a draft."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveItem:
    order_id: OrderId
    sku: Sku


async def remove_item(command: RemoveItem, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.remove_item(command.sku))
    await uow.commit()
    return of_order(order)
