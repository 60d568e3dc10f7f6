"""Say that goods are not taken back: they stay what they were, delivered."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId, ReturnId


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReturn:
    order_id: OrderId
    return_id: ReturnId
    reason: str


async def reject_return(command: RejectReturn, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.reject_return(command.return_id, command.reason))
    await uow.commit()
    return of_order(order)
