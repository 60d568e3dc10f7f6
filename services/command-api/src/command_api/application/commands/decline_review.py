"""Call off an order that was held for a review: its stock is released."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineReview:
    """`reviewer` says who looked at it."""

    order_id: OrderId
    reviewer: str
    reason: str


class DeclineReviewHandler:
    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, command: DeclineReview, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        events = order.decline_review(command.reviewer, command.reason)
        await self._inventory.release(uow, order, order.unshipped())
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order)
