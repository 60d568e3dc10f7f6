"""The table from questions to those who answer."""

from dataclasses import dataclass

import pytest

from query_api.application.bus import Query, QueryBus


@dataclass(frozen=True)
class Double(Query[int]):
    number: int


@dataclass(frozen=True)
class Half(Query[int]):
    number: int


async def double(query: Double) -> int:
    return query.number * 2


async def half(query: Half) -> int:
    return query.number // 2


async def test_each_query_goes_to_the_handler_of_its_type() -> None:
    bus = QueryBus({Double: double, Half: half})
    assert (await bus.dispatch(Double(4)), await bus.dispatch(Half(4))) == (8, 2)


async def test_a_query_that_nobody_answers_is_an_error() -> None:
    with pytest.raises(LookupError, match="Half"):
        await QueryBus({Double: double}).dispatch(Half(4))


async def test_an_extended_bus_knows_more_and_the_first_one_does_not() -> None:
    bus = QueryBus({Double: double})
    assert await bus.extended({Half: half}).dispatch(Half(4)) == 2
    with pytest.raises(LookupError):
        await bus.dispatch(Half(4))
