"""Confirm a draft: it becomes binding and its stock is reserved, unless somebody doubts it."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.outside import FraudCheck, Inventory
from command_api.application.ports import UnitOfWork
from orders_domain.values import FraudVerdict, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrder:
    order_id: OrderId


class ConfirmOrderHandler:
    def __init__(self, fraud_check: FraudCheck, inventory: Inventory) -> None:
        self._fraud_check = fraud_check
        self._inventory = inventory

    async def __call__(self, command: ConfirmOrder, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        order.confirm()  # nobody is asked about an order that the rules refuse
        verdict = await self._fraud_check.assess(order)
        events = order.confirm(verdict)
        if verdict is not FraudVerdict.DENY:
            await self._inventory.reserve(uow, order, order.unshipped())
        order = uow.save(order, events)
        await uow.commit()
        return of_order(order)
