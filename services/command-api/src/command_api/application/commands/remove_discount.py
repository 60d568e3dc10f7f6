"""Take a discount back from a draft."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import DiscountCode, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDiscount:
    order_id: OrderId
    code: DiscountCode


async def remove_discount(command: RemoveDiscount, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.remove_discount(command.code))
    await uow.commit()
    return of_order(order)
