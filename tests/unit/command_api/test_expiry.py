"""Orders that nobody has touched are found in memory as on Postgres; and what is made of those that are found."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from command_api.adapters.postgres.idle_orders import first_id_at
from command_api.adapters.system import UuidV7Ids
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.discard_order import DiscardOrder
from command_api.application.expiry import WHO, Expiry
from orders_contracts.orders import OrderReviewDeclined
from orders_domain.values import FraudVerdict, OrderId, OrderStatus, Sku
from tests.fakes.command_idle_orders import InMemoryIdleOrders
from tests.suites.command_examples import stocked
from tests.suites.command_idle_orders import HOUR, LIMIT, IdleOrdersPromises
from tests.unit.command_api.house import House, create


class InMemoryStage:
    """A house in memory, and its clock."""

    def __init__(self) -> None:
        self.house = House()
        self.today = datetime(2026, 11, 22, tzinfo=UTC)
        self.orders = InMemoryIdleOrders(self.house.units.orders)

    def now(self) -> datetime:
        return self.today

    async def draft(self, *skus: Sku, age: timedelta) -> OrderId:
        made = self.today - age
        order_id = OrderId(UUID(int=first_id_at(made).int | secrets.randbits(62)))
        await self.house.do(create(order_id, *skus))
        self.orders.touched_at[order_id] = made
        return order_id

    async def held(self, *, age: timedelta) -> OrderId:
        self.house.judge.verdict = FraudVerdict.REVIEW
        order_id = await self.draft(await stocked(self.house.units.begin, 9), age=age)
        await self.house.do(ConfirmOrder(order_id=order_id))
        return order_id

    async def discard(self, order_id: OrderId) -> None:
        await self.house.do(DiscardOrder(order_id=order_id))

    async def note(self, order_id: OrderId, *, age: timedelta) -> None:
        await self.house.do(AddNote(order_id=order_id, text="Wait for me"))
        self.orders.touched_at[order_id] = self.today - age

    def expiry(self, status: OrderStatus) -> Expiry:
        return Expiry(self.house.bus, self.orders, self, UuidV7Ids(), status=status, idle=LIMIT)


@pytest.fixture
def idle() -> InMemoryStage:
    return InMemoryStage()


class TestIdleOrdersInMemory(IdleOrdersPromises):
    pass


async def test_a_draft_expires_and_a_review_is_declined_by_the_time_limit(idle: InMemoryStage) -> None:
    draft, held = await idle.draft(age=LIMIT + HOUR), await idle.held(age=LIMIT + HOUR)
    for status in (OrderStatus.DRAFT, OrderStatus.PENDING_REVIEW):
        assert await idle.expiry(status)() is False
    assert await idle.house.logged(draft) == ["OrderCreated", "OrderExpired"]
    assert await idle.house.logged(held) == ["OrderCreated", "OrderHeldForReview", "OrderReviewDeclined"]
    declined = (await idle.house.units.log(held))[-1].data
    assert isinstance(declined, OrderReviewDeclined)
    assert declined.reviewer == WHO


async def test_a_full_batch_says_that_there_may_be_more(idle: InMemoryStage) -> None:
    drafts = [await idle.draft(age=LIMIT + number * HOUR) for number in range(1, 131)]
    expiry = idle.expiry(OrderStatus.DRAFT)
    assert [await expiry(), await expiry()] == [True, False]
    assert {idle.house.units.orders[draft].status for draft in drafts} == {OrderStatus.EXPIRED}
