"""End a draft that was left alone for too long."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOrder:
    order_id: OrderId


async def expire_order(command: ExpireOrder, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.expire())
    await uow.commit()
    return of_order(order)
