"""Note that something was paid back."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund:
    """`amount_cents` is in minor units of the order's currency; `reference` tells it from the order's others."""

    order_id: OrderId
    amount_cents: int
    reference: str
    reason: str | None


async def record_refund(command: RecordRefund, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.record_refund(command.amount_cents, command.reference, command.reason))
    await uow.commit()
    return of_order(order)
