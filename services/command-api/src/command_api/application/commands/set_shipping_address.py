"""Say where the goods go, as long as none have left."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, ShippingAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class SetShippingAddress:
    order_id: OrderId
    address: ShippingAddress


async def set_shipping_address(command: SetShippingAddress, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.set_shipping_address(command.address))
    await uow.commit()
    return of_order(order)
