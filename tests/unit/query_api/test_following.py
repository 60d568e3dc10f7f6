"""Who follows an order or a command misses no version and sees none twice, in every order of events."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query_api.application.errors import CommandNotFound, OrderNotFound
from query_api.application.following import Following
from query_api.application.queries.follow_command import FollowCommand, FollowCommandHandler
from query_api.application.queries.follow_order import FollowOrder, FollowOrderHandler
from query_api.application.views import CHANGES_AT_ONCE, Change, CommandId, OrderId
from query_api.application.waiting_room import WaitingRoom
from tests.fakes.query_following import InMemoryOrderChanges
from tests.fakes.query_views import InMemoryCommandViews, InMemoryOrderViews
from tests.integration.query_api.running import until
from tests.suites.query_rows import CommandRow, OrderRow

ORDER = OrderId(UUID(int=1))
COMMAND = CommandId(UUID(int=2))


class SlowChanges(InMemoryOrderChanges):
    """Looks at one moment and tells at a later one, as a database does."""

    turns = 0

    async def behind(self, order_id: OrderId, version: int) -> Sequence[Change]:
        seen = await super().behind(order_id, version)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return seen


class Shop:
    """Orders and commands that can be followed."""

    def __init__(self) -> None:
        self.orders = InMemoryOrderViews()
        self.changes = SlowChanges(self.orders)
        self.commands = InMemoryCommandViews()
        self.room = WaitingRoom(1)

    async def follow(self, after: int | None, order_id: OrderId = ORDER) -> Following:
        return await FollowOrderHandler(self.orders, self.changes, self.room)(FollowOrder(order_id, after))

    async def follow_command(self, after: int | None, command_id: CommandId = COMMAND) -> Following:
        return await FollowCommandHandler(self.commands, self.room)(FollowCommand(command_id, after))

    def arrive(self, version: int, *, told: bool = True) -> None:
        self.orders.put(OrderRow(order_id=ORDER, version=version))
        if told:
            self.room.announce("order", str(ORDER), version)

    def command_arrives(self, version: int) -> None:
        self.commands.put(CommandRow(command_id=COMMAND, version=version))
        self.room.announce("command", str(COMMAND), version)


async def versions(following: Following, seconds: float = 0) -> list[int]:
    return [change.version for change in await following.more(seconds)]


@pytest.mark.parametrize(("after", "first"), [(None, [3]), (0, [1, 2, 3]), (2, [3]), (3, []), (9, [])])
async def test_it_begins_where_the_asker_is_or_with_the_present_version(after: int | None, first: list[int]) -> None:
    shop = Shop()
    shop.arrive(3)
    following = await shop.follow(after)
    with following.standing():
        assert await versions(following) == first


async def test_it_waits_for_what_comes_next_and_not_for_what_was_seen() -> None:
    shop = Shop()
    shop.arrive(3)
    following = await shop.follow(3)
    with following.standing():
        waiting = asyncio.create_task(versions(following, 30))
        await until(lambda: shop.changes.looks == 1)
        shop.arrive(3)
        await asyncio.sleep(0)
        assert shop.changes.looks == 1
        shop.arrive(5)
        assert await asyncio.wait_for(waiting, 5) == [4, 5]


async def test_one_who_is_far_behind_is_told_a_part_at_a_time() -> None:
    shop = Shop()
    shop.arrive(CHANGES_AT_ONCE + 1)
    following = await shop.follow(0)
    with following.standing():
        assert len(await versions(following)) == CHANGES_AT_ONCE
        assert await versions(following) == [CHANGES_AT_ONCE + 1]


async def test_what_was_not_told_is_found_when_everybody_is_called_and_when_time_is_up() -> None:
    shop = Shop()
    shop.arrive(1)
    following = await shop.follow(1)
    with following.standing():
        waiting = asyncio.create_task(versions(following, 30))
        await until(lambda: shop.changes.looks == 1)
        shop.arrive(2, told=False)
        shop.room.call_all()
        assert await asyncio.wait_for(waiting, 5) == [2]
        shop.arrive(3, told=False)
        assert await versions(following) == [3]


async def test_a_database_that_does_not_answer_is_asked_again() -> None:
    shop = Shop()
    shop.arrive(2)
    following = await shop.follow(1)
    shop.changes.away = True
    with following.standing():
        waiting = asyncio.create_task(versions(following, 30))
        await until(lambda: shop.changes.looks == 1)
        shop.changes.away = False
        assert await asyncio.wait_for(waiting, 5) == [2]


@pytest.mark.parametrize("ending", ["gone", "stopped"])
async def test_it_ends_when_the_client_goes_and_when_the_process_ends(ending: str) -> None:
    shop = Shop()
    shop.arrive(1)
    following = await shop.follow(1)
    with following.standing():
        waiting = asyncio.create_task(versions(following, 30))
        await until(lambda: shop.changes.looks == 1)
        endings = [following.ending]
        {"gone": following.leave, "stopped": shop.room.close}[ending]()
        assert await asyncio.wait_for(waiting, 5) == []
        assert [*endings, following.ending] == [None, ending]
    assert len(shop.room) == 0


async def test_streams_take_no_room_from_reads_that_wait() -> None:
    shop = Shop()
    shop.arrive(1)
    first, second = await shop.follow(1), await shop.follow(1)
    with first.standing(), second.standing():
        assert (len(shop.room), shop.room.reads, shop.room.open) == (2, 0, True)


async def test_a_command_is_told_as_it_is_and_when_it_has_ended_and_that_is_all() -> None:
    shop = Shop()
    shop.command_arrives(1)
    following = await shop.follow_command(None)
    with following.standing():
        assert await versions(following) == [1]
        waiting = asyncio.create_task(versions(following, 30))
        await asyncio.sleep(0)
        assert not following.complete
        shop.command_arrives(2)
        assert await asyncio.wait_for(waiting, 5) == [2]
        assert (following.ending, await versions(following, 30)) == ("complete", [])
    assert [(await shop.follow_command(after)).complete for after in (None, 0, 1, 2, 3)] == [False] * 3 + [True] * 2


async def test_what_is_not_there_cannot_be_followed() -> None:
    shop = Shop()
    with pytest.raises(OrderNotFound):
        await shop.follow(None, OrderId(uuid4()))
    with pytest.raises(CommandNotFound):
        await shop.follow_command(2, CommandId(uuid4()))


async def test_nobody_is_told_who_does_not_stand_for_it() -> None:
    shop = Shop()
    shop.arrive(1)
    with pytest.raises(RuntimeError):
        await (await shop.follow(0)).more(1)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 4), st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), min_size=1, max_size=12))
def test_no_interleaving_of_looking_and_arriving_loses_a_version(slow: int, steps: list[tuple[int, int]]) -> None:
    """Each step: so many versions arrive at once; so many turns for the one who follows."""

    async def scenario() -> None:
        shop = Shop()
        shop.changes.turns = slow
        shop.arrive(1)
        following = await shop.follow(0)
        seen: list[int] = []
        last = 1 + sum(more for more, _ in steps)

        async def take() -> None:
            with following.standing():
                while len(seen) < last:
                    seen.extend(await versions(following, 30))

        taking = asyncio.create_task(take())
        version = 1
        for more, turns in steps:
            for _ in range(turns):
                await asyncio.sleep(0)
            version += more
            shop.arrive(version)
        await asyncio.wait_for(taking, 5)
        assert seen == list(range(1, last + 1))

    asyncio.run(scenario())
