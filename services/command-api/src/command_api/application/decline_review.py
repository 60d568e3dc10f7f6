"""Call off an order that was held for a review: its stock is released in the same transaction."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain import stock
from orders_domain.values import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineReview:
    """`reviewer` says who looked at it."""

    order_id: OrderId
    reviewer: str
    reason: str


async def decline_review(command: DeclineReview, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    events = order.decline_review(command.reviewer, command.reason)
    held = order.unshipped()
    products = await uow.lock_products(held)
    for sku, released in stock.release(products, order.order_id, held).items():
        uow.save(products[sku], released)
    order = uow.save(order, events)
    await uow.commit()
    return of_order(order)
