"""Cancel an order that stands, or waits for a review, before anything is shipped: its stock is released."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    order_id: OrderId
    reason: str


class CancelOrderHandler:
    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, command: CancelOrder, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        events = order.cancel(command.reason)
        await self._inventory.release(uow, order, order.unshipped())
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order)
