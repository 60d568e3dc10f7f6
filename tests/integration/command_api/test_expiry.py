"""Drafts that nobody touches expire once, reviews that nobody ends are declined, and whoever comes back is not late."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from command_api import composition
from command_api.application.bus import Next
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.expire_order import ExpireOrder
from command_api.application.context import Context
from command_api.application.errors import Unavailable
from command_api.application.outcome import Outcome
from command_api.settings import Settings
from orders_domain.values import OrderId, OrderStatus
from tests.contract.databases.logins import as_member
from tests.integration.command_api.idle_house import LIMIT, IdleHouse, idle_house
from tests.integration.command_api.shop import Shop, open_shop
from tests.suites.command_examples import CONTEXT

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPIRED = ["OrderCreated", "OrderExpired"]
IN_REVIEW = OrderStatus.PENDING_REVIEW
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="module")
async def house(shop: Shop, database_url: str) -> AsyncIterator[IdleHouse]:
    """In a database where nothing waits."""
    await shop.rows("UPDATE orders SET status = 'DISCARDED' WHERE status = 'DRAFT' RETURNING 1 AS one")
    async with idle_house(database_url) as house:
        yield house


async def test_a_draft_that_nobody_has_touched_for_so_long_expires_and_younger_ones_stay(
    shop: Shop, house: IdleHouse
) -> None:
    sku = await house.product()
    old, young = await house.draft(sku, age=LIMIT + HOUR), await house.draft(sku, age=LIMIT - HOUR)
    touched = await house.draft(sku, age=LIMIT + HOUR)
    await house.bus.dispatch(AddNote(order_id=touched, text="Wait for me"), CONTEXT)
    assert await house.expiry()() is False
    assert await shop.types(str(old)) == EXPIRED
    assert await shop.types(str(young)) == ["OrderCreated"]
    assert await shop.types(str(touched)) == ["OrderCreated", "NoteAdded"]
    (row,) = await shop.rows("SELECT status, version FROM orders WHERE order_id = %s", old)
    assert row == {"status": "EXPIRED", "version": 2}
    assert (await shop.log(str(old)))[-1]["data"]["actor"] == "time limit"


async def test_two_replicas_at_once_let_each_draft_expire_once(shop: Shop, house: IdleHouse) -> None:
    drafts = [await house.draft() for _ in range(230)]

    async def replica() -> None:
        expiry = house.expiry()
        while await expiry():
            pass

    await asyncio.gather(replica(), replica())
    for draft in drafts:
        assert await shop.types(str(draft)) == EXPIRED


class Together:
    """A middleware that lets the expiry of an order go on when so many have come to it."""

    def __init__(self, count: int) -> None:
        self._barrier = asyncio.Barrier(count)

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        async with asyncio.timeout(10):
            await self._barrier.wait()
        return await inner(command, context)


async def test_two_replicas_that_have_found_the_same_draft_are_no_fault(shop: Shop, house: IdleHouse) -> None:
    draft = await house.draft()
    bus = house.bus_with(Together(2))
    await asyncio.gather(house.expiry(bus)(), house.expiry(bus)())
    assert await shop.types(str(draft)) == EXPIRED


class ComingBack:
    """A middleware on which the customer does something just before the draft would expire."""

    def __init__(self, house: IdleHouse) -> None:
        self._house = house

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        assert isinstance(command, ExpireOrder)
        await self._house.bus.dispatch(AddNote(order_id=command.order_id, text="Here I am"), CONTEXT)
        return await inner(command, context)


async def test_a_draft_that_is_touched_after_it_was_found_stays(shop: Shop, house: IdleHouse) -> None:
    draft = await house.draft()
    assert await house.expiry(house.bus_with(ComingBack(house)))() is False
    assert await shop.types(str(draft)) == ["OrderCreated", "NoteAdded"]


async def test_a_review_that_nobody_ends_is_declined_and_its_stock_released(shop: Shop, house: IdleHouse) -> None:
    sku = await house.product()
    late, in_time = await house.in_review(sku), await house.in_review(sku, age=LIMIT - HOUR)
    draft = await house.draft(sku)
    await house.expiry(status=IN_REVIEW)()
    assert await shop.types(str(late)) == ["OrderCreated", "OrderHeldForReview", "OrderReviewDeclined"]
    declined = (await shop.log(str(late)))[-1]["data"]["data"]
    assert (declined["reviewer"], declined["status"]) == ("time limit", "CANCELLED")
    assert (await shop.types(str(in_time)))[-1] == "OrderHeldForReview"
    assert await shop.types(str(draft)) == ["OrderCreated"]
    assert await shop.rows("SELECT on_hand, reserved FROM products WHERE sku = %s", sku) == [
        {"on_hand": 10, "reserved": 2}
    ]


async def test_they_are_ended_in_batches_from_the_oldest_on(shop: Shop, house: IdleHouse) -> None:
    drafts = [await house.draft(age=LIMIT + HOUR * (151 - number)) for number in range(150)]
    expiry = house.expiry()
    assert await expiry() is True
    assert [await shop.types(str(draft)) == EXPIRED for draft in drafts] == [True] * 100 + [False] * 50
    assert await expiry() is False
    assert await shop.types(str(drafts[-1])) == EXPIRED


class Failing:
    """A middleware on which one order fails, while `error` is set."""

    def __init__(self, order_id: OrderId, error: Exception | None) -> None:
        self._order_id = order_id
        self.error = error

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        assert isinstance(command, ExpireOrder)
        if command.order_id == self._order_id and self.error is not None:
            raise self.error
        return await inner(command, context)


async def test_one_that_fails_keeps_no_other_one_and_has_its_turn_again(shop: Shop, house: IdleHouse) -> None:
    drafts = [await house.draft(age=LIMIT + HOUR * (121 - number)) for number in range(120)]
    failing = Failing(drafts[3], ValueError("a fault"))
    expiry = house.expiry(house.bus_with(failing))
    with pytest.RaisesGroup(pytest.RaisesExc(ValueError, match="a fault")):
        await expiry()
    await expiry()
    assert [await shop.types(str(draft)) == EXPIRED for draft in drafts] == [n != 3 for n in range(120)]
    failing.error = None
    await expiry()
    assert await shop.types(str(drafts[3])) == EXPIRED


async def test_where_the_database_is_out_of_reach_nothing_is_passed_over(shop: Shop, house: IdleHouse) -> None:
    drafts = [await house.draft(age=LIMIT + HOUR * (3 - number)) for number in range(2)]
    failing = Failing(drafts[0], Unavailable("gone"))
    expiry = house.expiry(house.bus_with(failing))
    with pytest.raises(Unavailable):
        await expiry()
    assert await shop.types(str(drafts[1])) == ["OrderCreated"]
    failing.error = None
    await expiry()
    assert [await shop.types(str(draft)) for draft in drafts] == [EXPIRED, EXPIRED]


async def test_the_service_ends_both_by_itself_and_what_is_not_limited_stays(
    shop: Shop, house: IdleHouse, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku = await house.product()
    draft, review = await house.draft(sku), await house.in_review(sku)
    monkeypatch.setattr(composition.beside, "_SWEEP_SECONDS", 0.02)
    url = as_member(database_url, "orders_command")
    async with open_shop(composition.application(Settings(database_url=url)), database_url):
        await until_status(shop, draft, "EXPIRED")
    limited = Settings(database_url=url, draft_idle_hours=0, review_hours=720)
    kept = await house.draft(sku)
    assert await shop.types(str(review)) == ["OrderCreated", "OrderHeldForReview"]
    async with open_shop(composition.application(limited), database_url):
        await until_status(shop, review, "CANCELLED")
    assert await shop.types(str(kept)) == ["OrderCreated"]


async def until_status(shop: Shop, order_id: OrderId, status: str, within: float = 10) -> None:
    """Wait until the order has this status; AssertionError when it has not in time (seconds)."""
    deadline = asyncio.get_running_loop().time() + within
    while (row := await shop.rows("SELECT status FROM orders WHERE order_id = %s", order_id)) != [{"status": status}]:
        assert asyncio.get_running_loop().time() < deadline, row
