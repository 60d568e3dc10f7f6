"""Note that a parcel arrived. The last one completes the order."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverShipment:
    order_id: OrderId
    shipment_id: ShipmentId


async def deliver_shipment(command: DeliverShipment, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.deliver(command.shipment_id))
    await uow.commit()
    return of_order(order)
