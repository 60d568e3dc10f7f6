"""Note that goods came back, and put them on hand where they may be sold again."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, ReturnId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturn:
    """`restock` asks for the units to be put on hand."""

    order_id: OrderId
    return_id: ReturnId
    restock: bool


class ReceiveReturnHandler:
    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, command: ReceiveReturn, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        events = order.receive_return(command.return_id, restock=command.restock)
        back = order.return_of(command.return_id)
        if command.restock and back is not None:
            await self._inventory.take_back(uow, order, {item.sku: item.quantity for item in back.items})
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order)
