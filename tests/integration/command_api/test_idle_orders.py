"""Orders that nobody has touched are found on Postgres as the port promises."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from command_api.application.commands.add_note import AddNote
from command_api.application.commands.discard_order import DiscardOrder
from orders_domain.values import OrderId
from tests.integration.command_api.idle_house import IdleHouse, idle_house
from tests.integration.command_api.shop import Shop
from tests.suites.command_examples import CONTEXT
from tests.suites.command_idle_orders import IdleOrdersPromises

pytestmark = pytest.mark.asyncio(loop_scope="module")


class PostgresStage:
    """A house on Postgres, whose clock is set to what a test says."""

    def __init__(self, house: IdleHouse) -> None:
        self._house = house
        self.today: datetime = house.today
        self.orders = house.orders

    async def draft(self, *, age: timedelta) -> OrderId:
        return await self._house.draft(age=age)

    async def held(self, *, age: timedelta) -> OrderId:
        return await self._house.in_review(await self._house.product(), age=age)

    async def discard(self, order_id: OrderId) -> None:
        await self._house.bus.dispatch(DiscardOrder(order_id=order_id), CONTEXT)

    async def note(self, order_id: OrderId, *, age: timedelta) -> None:
        self._house.clock.moment = self.today - age
        await self._house.bus.dispatch(AddNote(order_id=order_id, text="Wait for me"), CONTEXT)


@pytest_asyncio.fixture(loop_scope="module")
async def idle(shop: Shop, database_url: str) -> AsyncIterator[PostgresStage]:
    await shop.rows("UPDATE orders SET status = 'DISCARDED' WHERE status IN ('DRAFT', 'PENDING_REVIEW') RETURNING 1")
    async with idle_house(database_url) as house:
        yield PostgresStage(house)


class TestIdleOrdersOnPostgres(IdleOrdersPromises):
    pass
