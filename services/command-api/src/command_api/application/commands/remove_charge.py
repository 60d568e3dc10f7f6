"""Charge nothing more for one kind of thing."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import ChargeKind, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCharge:
    order_id: OrderId
    kind: ChargeKind


async def remove_charge(command: RemoveCharge, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.remove_charge(command.kind))
    await uow.commit()
    return of_order(order)
