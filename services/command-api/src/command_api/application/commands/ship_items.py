"""Send a parcel: its units leave the stock."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.lines import merge_items
from orders_domain.values import ItemQuantity, OrderId, ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipItems:
    """`shipment_id` is new."""

    order_id: OrderId
    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None


class ShipItemsHandler:
    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, command: ShipItems, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        events = order.ship(command.shipment_id, command.items, command.carrier, command.tracking)
        await self._inventory.ship(uow, order, merge_items(command.items))
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order, created=command.shipment_id)
