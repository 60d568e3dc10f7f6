"""Reads that ask for a version, in every order of events."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query_api.application.bus import Query
from query_api.application.errors import CommandNotFound, OrderNotFound, ReadModelBehind
from query_api.application.queries.get_command import GetCommand
from query_api.application.queries.get_order import GetOrder
from query_api.application.queries.get_product import GetProduct
from query_api.application.views import CommandId, OrderId, Sku
from tests.fakes.query_views import InMemoryOrderViews
from tests.suites.query_rows import CommandRow, OrderRow, ProductRow
from tests.unit.query_api.shop import ABOUT_IT, EVERYTHING, ORDER_ID, Shop, turns


@pytest.mark.parametrize("query", [*ABOUT_IT, EVERYTHING])
async def test_a_version_that_is_there_is_answered_at_once(query: Query[Any]) -> None:
    shop = Shop()
    shop.arrive(3)
    answer = await shop.ask(query, 3)
    assert answer.achieved
    assert answer.waited == 0
    assert shop.parked.asked == 0


@pytest.mark.parametrize("query", [*ABOUT_IT, EVERYTHING])
async def test_a_version_that_comes_soon_is_answered_and_nobody_asks_whether_it_is_parked(query: Query[Any]) -> None:
    shop = Shop()
    waiting = asyncio.create_task(shop.ask(query, 3, patience=10))
    await turns()
    shop.arrive(3)
    answer = await waiting
    assert answer.achieved
    assert 0 < answer.waited < 1
    assert shop.parked.asked == 0


async def test_the_order_that_was_waited_for_is_read_once() -> None:
    shop = Shop()
    shop.arrive(3)
    answer = await shop.ask(GetOrder(OrderId(ORDER_ID)), 3)
    assert (answer.result.version, shop.orders.looks) == (3, 1)


@pytest.mark.parametrize("query", [*ABOUT_IT, EVERYTHING])
async def test_a_version_that_does_not_come_is_behind_and_never_unknown(query: Query[Any]) -> None:
    shop = Shop()
    with pytest.raises(ReadModelBehind, match="Version 3"):
        await shop.ask(query, 3)
    shop.arrive(2)
    with pytest.raises(ReadModelBehind):
        await shop.ask(query, 3, patience=0.01)


async def test_the_lenient_get_the_old_state_and_are_told_so() -> None:
    shop = Shop()
    shop.arrive(2)
    answer = await shop.ask(GetOrder(OrderId(ORDER_ID)), 3, lenient=True)
    assert (answer.result.version, answer.achieved) == (2, False)
    listed = await shop.ask(EVERYTHING, 3, lenient=True)
    assert (len(listed.result.items), listed.achieved) == (1, False)


async def test_the_lenient_list_what_there_is_even_before_the_order_arrives() -> None:
    answer = await Shop().ask(EVERYTHING, 1, lenient=True)
    assert (answer.result.items, answer.achieved) == ([], False)


@pytest.mark.parametrize("query", ABOUT_IT)
async def test_an_order_that_a_token_vouches_for_is_not_unknown_to_the_lenient_either(query: Query[Any]) -> None:
    with pytest.raises(ReadModelBehind):
        await Shop().ask(query, 1, lenient=True)


async def test_an_order_that_the_token_does_not_vouch_for_may_be_unknown() -> None:
    shop = Shop()
    shop.arrive(1)
    with pytest.raises(OrderNotFound):
        await shop.ask(GetOrder(OrderId(uuid4())), 1)


async def test_products_are_waited_for_likewise() -> None:
    shop = Shop()
    with pytest.raises(ReadModelBehind):
        await shop.ask_product(GetProduct(Sku("MUG")), 2)
    shop.products.put(ProductRow(sku="MUG", version=2))
    assert (await shop.ask_product(GetProduct(Sku("MUG")), 2)).result.version == 2


async def test_commands_are_waited_for_likewise_and_never_unknown_to_who_has_their_token() -> None:
    shop, command, other = Shop(), CommandRow(version=2), CommandId(uuid4())
    about_it = GetCommand(CommandId(command.command_id))
    for lenient in (False, True):
        with pytest.raises(ReadModelBehind, match="Version 1 of command"):
            await shop.ask_command(about_it, command.command_id, 1, lenient=lenient)
    shop.commands.put(command)
    assert (await shop.ask_command(about_it, command.command_id, 1, lenient=False)).result.version == 2
    with pytest.raises(CommandNotFound, match=str(other)):
        await shop.ask_command(GetCommand(other), command.command_id, 1, lenient=True)


async def test_the_command_that_was_waited_for_is_read_once() -> None:
    shop, command = Shop(), CommandRow()
    shop.commands.put(command)
    about_it = GetCommand(CommandId(command.command_id))
    assert (await shop.ask_command(about_it, command.command_id, 1, lenient=False)).achieved
    assert shop.commands.looks == 1


async def test_where_there_is_no_room_nobody_waits() -> None:
    shop = Shop(room_for=1)
    waiting = asyncio.create_task(shop.ask(EVERYTHING, 1, patience=10))
    await turns()
    with pytest.raises(ReadModelBehind):
        await asyncio.wait_for(shop.ask(EVERYTHING, 1, patience=10), 5)
    shop.arrive(1)
    assert (await waiting).achieved


async def test_those_who_wait_are_answered_when_the_process_ends() -> None:
    shop = Shop()
    waiting = asyncio.create_task(shop.ask(EVERYTHING, 1, patience=10))
    await turns()
    assert len(shop.room) == 1
    shop.room.close()
    with pytest.raises(ReadModelBehind):
        await asyncio.wait_for(waiting, 5)


async def test_a_lost_call_is_made_good_by_the_look_at_the_end() -> None:
    shop = Shop()
    waiting = asyncio.create_task(shop.ask(EVERYTHING, 1, patience=0.05))
    await turns()
    assert shop.orders.looks == 1
    shop.orders.put(OrderRow(order_id=ORDER_ID))
    assert (await waiting).achieved


class SlowOrders(InMemoryOrderViews):
    """Looks at the store at one moment and tells at a later one, as a database does."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self._before, self._after = before, after

    async def order(self, order_id: OrderId) -> Any:
        for _ in range(self._before):
            await asyncio.sleep(0)
        seen = await super().order(order_id)
        for _ in range(self._after):
            await asyncio.sleep(0)
        return seen


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 14), st.integers(1, 3), st.integers(0, 3))
def test_no_interleaving_of_looking_and_arriving_leaves_a_read_waiting(
    before: int, after: int, steps: int, versions: int, between: int
) -> None:
    async def scenario() -> None:
        shop = Shop()
        orders = SlowOrders(before, after)
        shop.look_up_in(orders)
        read = asyncio.create_task(shop.ask(EVERYTHING, versions, patience=30))
        for _ in range(steps):
            await asyncio.sleep(0)
        for version in range(1, versions + 1):
            shop.arrive(version)
            for _ in range(between):
                await asyncio.sleep(0)
        assert (await asyncio.wait_for(read, 5)).achieved
        assert len(shop.room) == 0

    asyncio.run(scenario())
