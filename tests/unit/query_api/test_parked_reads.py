"""Reads that ask for a version which cannot arrive, because an event of the aggregate is parked."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from query_api.application.bus import Query
from query_api.application.errors import ReadModelBehind, ReadModelParked
from query_api.application.queries.get_order import GetOrder
from query_api.application.views import OrderId
from tests.integration.query_api.running import until
from tests.unit.query_api.shop import ABOUT_IT, EVERYTHING, ORDER_ID, Shop


@pytest.mark.parametrize("query", [*ABOUT_IT, EVERYTHING])
async def test_what_is_parked_is_told_as_such_long_before_time_is_up(query: Query[Any]) -> None:
    shop = Shop()
    shop.arrive(2)
    shop.parked.park("order", str(ORDER_ID), 3)
    with pytest.raises(ReadModelParked, match="Version 3"):
        await asyncio.wait_for(shop.ask(query, 3, patience=30), 5)
    with pytest.raises(ReadModelBehind):
        await asyncio.wait_for(shop.ask(query, 3, patience=0, order_id=uuid4()), 5)


async def test_what_is_parked_while_it_is_waited_for_is_told_when_time_is_up() -> None:
    shop = Shop()
    waiting = asyncio.create_task(shop.ask(EVERYTHING, 3, patience=0.5))
    await until(lambda: shop.parked.asked == 1)
    shop.parked.park("order", str(ORDER_ID), 3)
    with pytest.raises(ReadModelParked):
        await waiting
    assert shop.parked.asked == 2


async def test_the_lenient_get_the_old_state_of_what_is_parked_and_need_not_wait_for_it() -> None:
    shop = Shop()
    shop.arrive(2)
    shop.parked.park("order", str(ORDER_ID), 3)
    answer = await asyncio.wait_for(shop.ask(GetOrder(OrderId(ORDER_ID)), 3, patience=30, lenient=True), 5)
    assert (answer.result.version, answer.achieved) == (2, False)


@pytest.mark.parametrize("query", ABOUT_IT)
async def test_an_order_that_is_parked_from_its_beginning_is_not_unknown_to_the_lenient(query: Query[Any]) -> None:
    shop = Shop()
    shop.parked.park("order", str(ORDER_ID), 1)
    with pytest.raises(ReadModelParked):
        await shop.ask(query, 1, lenient=True)
