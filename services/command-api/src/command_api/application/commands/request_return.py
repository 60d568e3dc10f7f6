"""Note what a customer wants to send back."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import ItemQuantity, OrderId, ReturnId


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReturn:
    """`return_id` is new."""

    order_id: OrderId
    return_id: ReturnId
    items: tuple[ItemQuantity, ...]
    reason: str


async def request_return(command: RequestReturn, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.request_return(command.return_id, command.items, command.reason))
    await uow.commit()
    return of_order(order, created=command.return_id)
