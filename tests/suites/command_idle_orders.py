"""What everything promises that finds orders by how long nobody has touched them."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from command_api.application.expiry import IdleOrder, IdleOrders
from orders_domain.values import OrderId, OrderStatus

DRAFT, IN_REVIEW = OrderStatus.DRAFT, OrderStatus.PENDING_REVIEW
LIMIT: Final = timedelta(days=30)
HOUR: Final = timedelta(hours=1)


class IdleStage(Protocol):
    """A house in which no order waits yet, and what looks for those that do. It is `today`."""

    today: datetime
    orders: IdleOrders

    async def draft(self, *, age: timedelta) -> OrderId:
        """Made so long ago, and not touched since: version 1. Its id is of that moment."""
        ...

    async def held(self, *, age: timedelta) -> OrderId:
        """A draft that was held for a review as soon as it was made: version 2."""
        ...

    async def discard(self, order_id: OrderId) -> None:
        """Give a draft up, as if at the moment when it was made."""
        ...

    async def note(self, order_id: OrderId, *, age: timedelta) -> None:
        """Remark something on an order, so long ago: one version more."""
        ...


class IdleOrdersPromises:
    """Subclasses bring a fixture `idle`."""

    async def test_those_of_a_state_that_are_old_enough_are_found(self, idle: IdleStage) -> None:
        old = await idle.draft(age=LIMIT + HOUR)
        await idle.draft(age=LIMIT - HOUR)
        held = await idle.held(age=LIMIT + HOUR)
        assert await found(idle) == [IdleOrder(old, 1)]
        assert await found(idle, IN_REVIEW) == [IdleOrder(held, 2)]

    async def test_the_moment_itself_is_not_long_enough(self, idle: IdleStage) -> None:
        order_id = await idle.draft(age=LIMIT + HOUR)
        await idle.note(order_id, age=LIMIT)
        assert await found(idle) == []
        later = idle.today - LIMIT + timedelta(microseconds=1)
        assert await idle.orders.untouched(DRAFT, later, after=None, most=9) == [IdleOrder(order_id, 2)]

    async def test_the_last_change_counts_and_not_the_first(self, idle: IdleStage) -> None:
        lately, long_ago = [await idle.draft(age=LIMIT + 3 * HOUR) for _ in range(2)]
        await idle.note(lately, age=LIMIT - HOUR)
        await idle.note(long_ago, age=LIMIT + HOUR)
        assert await found(idle) == [IdleOrder(long_ago, 2)]

    async def test_what_has_ended_is_not_found(self, idle: IdleStage) -> None:
        await idle.discard(await idle.draft(age=LIMIT + HOUR))
        assert await found(idle) == []

    async def test_they_come_by_their_ids_so_many_at_a_time_each_once(self, idle: IdleStage) -> None:
        made = sorted([await idle.draft(age=LIMIT + number * HOUR) for number in range(1, 6)])
        seen: list[OrderId] = []
        while some := await found(idle, after=seen[-1] if seen else None, most=2):
            assert len(some) <= 2
            assert len(seen) < len(made)
            seen += [one.order_id for one in some]
        assert seen == made


async def found(
    idle: IdleStage, status: OrderStatus = DRAFT, *, after: OrderId | None = None, most: int = 100
) -> list[IdleOrder]:
    """Those that nobody has touched for LIMIT."""
    return list(await idle.orders.untouched(status, idle.today - LIMIT, after=after, most=most))
