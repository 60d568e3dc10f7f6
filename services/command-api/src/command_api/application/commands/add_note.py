"""Keep a remark on an order, whatever its state."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    order_id: OrderId
    text: str


async def add_note(command: AddNote, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.add_note(command.text))
    await uow.commit()
    return of_order(order)
