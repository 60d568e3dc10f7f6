"""Give up a draft."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardOrder:
    order_id: OrderId


async def discard_order(command: DiscardOrder, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.discard())
    await uow.commit()
    return of_order(order)
