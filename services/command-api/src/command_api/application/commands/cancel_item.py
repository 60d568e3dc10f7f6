"""Take units off a confirmed order before they are shipped: they are released."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelItem:
    order_id: OrderId
    sku: Sku
    quantity: int
    reason: str


class CancelItemHandler:
    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, command: CancelItem, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        events = order.cancel_item(command.sku, command.quantity, command.reason)
        await self._inventory.release(uow, order, {command.sku: command.quantity})
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order)
