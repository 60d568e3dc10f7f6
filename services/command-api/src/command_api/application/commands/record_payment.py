"""Note that something was paid for an order."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """`amount_cents` is in minor units of the order's currency; `reference` tells it from the order's others."""

    order_id: OrderId
    amount_cents: int
    reference: str
    reason: str | None
    allow_overpayment: bool


async def record_payment(command: RecordPayment, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    events = order.record_payment(
        command.amount_cents, command.reference, command.reason, allow_overpayment=command.allow_overpayment
    )
    order = uow.save(order, events)
    await uow.commit()
    return of_order(order)
