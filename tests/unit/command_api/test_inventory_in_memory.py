"""The unit of work in memory keeps the promises about units that lie elsewhere."""

from itertools import count

import pytest

from command_api.application.ports import StockMove
from orders_domain.order import Order
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_inventory import InventoryPromises


class InMemoryStage:
    def __init__(self) -> None:
        self._house = InMemoryUnitsOfWork()
        self._numbers = count(1)
        self.begin = self._house.begin

    async def reserved(self, _order: Order) -> int:
        return next(self._numbers)

    async def give_up(self, reservation: int) -> None:
        self._house.given_up.add(reservation)

    async def told(self, order: Order) -> list[StockMove]:
        return [move for move in self._house.told if move.order_id == order.order_id]


@pytest.fixture
def elsewhere() -> InMemoryStage:
    return InMemoryStage()


class TestInventoryInMemory(InventoryPromises):
    pass
