"""Let an order stand that was held for a review."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReview:
    """`reviewer` says who looked at it."""

    order_id: OrderId
    reviewer: str
    reason: str


async def approve_review(command: ApproveReview, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.approve_review(command.reviewer, command.reason))
    await uow.commit()
    return of_order(order)
