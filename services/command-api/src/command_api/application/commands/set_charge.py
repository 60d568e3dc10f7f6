"""Charge something beside the goods of a draft, in place of what was charged for it."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import ChargeKind, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCharge:
    """`amount_cents` is in minor units of the order's currency."""

    order_id: OrderId
    kind: ChargeKind
    label: str | None
    amount_cents: int


async def set_charge(command: SetCharge, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.set_charge(command.kind, command.label, command.amount_cents))
    await uow.commit()
    return of_order(order)
