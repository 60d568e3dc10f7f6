"""The whole table of commands on a store in memory."""

import pytest

from command_api.adapters.in_house import OwnStock
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.outcome import Outcome
from command_api.application.outside import Outside
from command_api.composition import command_bus
from orders_domain.order import Order
from orders_domain.values import Currency, CustomerId, FraudVerdict, ItemQuantity, OrderId, Sku
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_examples import ADDRESS, CONTEXT, CUSTOMER, new_order_id


class Judge:
    """A fraud check of one opinion at a time."""

    def __init__(self) -> None:
        self.verdict = FraudVerdict.APPROVE

    async def assess(self, _order: Order) -> FraudVerdict:
        return self.verdict


class House:
    """Does what it is told, and shows what is stored."""

    def __init__(self) -> None:
        self.units = InMemoryUnitsOfWork()
        self.judge = Judge()
        self.bus = command_bus(self.units.begin, Currency("USD"), outside=Outside(self.judge, OwnStock()))

    async def do(self, command: object) -> Outcome:
        return await self.bus.dispatch(command, CONTEXT)

    async def draft(self, *skus: Sku, quantity: int = 1) -> OrderId:
        order_id = new_order_id()
        await self.do(create(order_id, *skus, quantity=quantity))
        return order_id

    async def confirmed(self, *skus: Sku, quantity: int = 1) -> OrderId:
        order_id = await self.draft(*skus, quantity=quantity)
        await self.do(ConfirmOrder(order_id=order_id))
        return order_id

    async def logged(self, *aggregate_ids: object) -> list[str]:
        return [type(event.data).__name__ for event in await self.units.log(*aggregate_ids)]

    async def refuses(self, command: object, error: type[Exception]) -> None:
        """The command is refused, and nothing is different after it."""
        before = (list(self.units.events), dict(self.units.orders), dict(self.units.products))
        with pytest.raises(error):
            await self.do(command)
        assert (self.units.events, self.units.orders, self.units.products) == before


def create(order_id: OrderId, *skus: Sku, quantity: int = 1, currency: Currency | None = None) -> CreateOrder:
    return CreateOrder(
        order_id=order_id,
        customer_id=CustomerId(CUSTOMER),
        currency=currency,
        reference="R-1",
        items=tuple(ItemQuantity(sku, quantity) for sku in skus),
        shipping_address=ADDRESS,
    )
