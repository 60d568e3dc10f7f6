"""How many statements commands take: one to look up and one to write; where stock is held, two more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest
import pytest_asyncio

from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.context import Context
from command_api.application.idempotency import Answer, IdempotencyKey
from command_api.application.later import Later
from orders_domain.errors import IllegalTransition
from tests.integration.command_api.counted_commands import CASES, ON_A_PRODUCT, Case
from tests.integration.command_api.counting import CountedHouse, counted_application, statements_of
from tests.integration.command_api.shop import Shop, open_shop
from tests.suites.command_accepting import command, ending, succeeded
from tests.suites.command_examples import CONTEXT, new_order_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD: Final = Answer(status=200, headers={}, body=b"{}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counted(database_url: str) -> AsyncIterator[tuple[Shop, CountedHouse]]:
    async with counted_application(database_url) as (app, house), open_shop(app, database_url) as shop:
        await house.open()
        yield shop, house


@pytest.fixture
def house(counted: tuple[Shop, CountedHouse]) -> CountedHouse:
    """It has taken its first commands."""
    return counted[1]


@pytest.fixture
def client(counted: tuple[Shop, CountedHouse]) -> Shop:
    """The same over HTTP."""
    return counted[0]


def key() -> IdempotencyKey:
    """One that was never used."""
    return IdempotencyKey(scope=uuid4().bytes * 2, fingerprint=bytes(32), answer=lambda _end: TOLD)


async def led_to(house: CountedHouse, case: Case) -> object:
    """The command that is to be counted, with all before it done."""
    at = await case.stage(house)
    for step in case.steps[:-1]:
        await house.do(step(house, at))
    return case.steps[-1](house, at)


async def test_every_command_is_counted(house: CountedHouse) -> None:
    made = {type(case.steps[-1](house, new_order_id())) for case in CASES.values()}
    assert made == house.bus.commands


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_command_takes_the_statements_that_it_may(house: CountedHouse, case: Case) -> None:
    command = await led_to(house, case)
    assert await statements_of(house.do(command)) == case.statements


@pytest.mark.parametrize("name", CASES.keys())
async def test_a_key_costs_no_statement_more_but_where_products_alone_are_written(
    house: CountedHouse, name: str
) -> None:
    command = await led_to(house, CASES[name])
    keyed = replace(CONTEXT, idempotency=key())
    more = 1 if name in ON_A_PRODUCT else 0
    assert await statements_of(house.do(command, keyed)) == CASES[name].statements + more


@pytest.mark.parametrize("name", CASES.keys())
async def test_to_end_an_accepted_command_costs_no_statement_more_but_there(house: CountedHouse, name: str) -> None:
    made = await led_to(house, CASES[name])
    one = command()
    later = replace(CONTEXT, later=Later(command_id=one.command_id, asked=one.asked))
    assert await statements_of(house.do(made, later)) == 1
    more = 1 if name in ON_A_PRODUCT else 0
    assert await statements_of(house.do(made, ending(succeeded(one)))) == CASES[name].statements + more


async def test_a_refusal_is_looked_up_and_where_there_is_a_key_kept(house: CountedHouse) -> None:
    at = await house.confirmed()
    again = ConfirmOrder(order_id=at)
    assert await statements_of(_refused(house, again, CONTEXT)) == 1
    assert await statements_of(_refused(house, again, replace(CONTEXT, idempotency=key()))) == 2


async def _refused(house: CountedHouse, command: object, context: Context) -> None:
    with pytest.raises(IllegalTransition):
        await house.do(command, context)


async def test_a_replay_costs_the_decision_the_key_that_is_taken_and_its_answer(client: Shop) -> None:
    key, body = str(uuid4()), {"customer_id": str(uuid4())}
    assert await statements_of(client.call("POST", "/orders", body, Idempotency_Key=key)) == 1
    assert await statements_of(client.call("POST", "/orders", body, Idempotency_Key=key)) == 2


async def test_an_acceptance_is_one_statement_with_a_key_too(client: Shop) -> None:
    body, later = {"customer_id": str(uuid4())}, {"Prefer": "respond-async"}
    assert await statements_of(client.call("POST", "/orders", body, **later)) == 1
    assert await statements_of(client.call("POST", "/orders", body, Idempotency_Key=str(uuid4()), **later)) == 1


async def test_a_look_at_the_readiness_costs_commands_nothing(client: Shop) -> None:
    assert (await client.client.get("/readyz")).status_code == 200
    skus = [await client.product() for _ in range(3)]
    alone = await statements_of(client.client.get("/readyz"))
    together = await statements_of(client.client.get("/readyz"), *(client.adjust(sku, 1) for sku in skus))
    assert together == alone + 2 * len(skus)


async def test_commands_that_come_together_share_their_statements(client: Shop) -> None:
    sku = await client.product()
    assert await statements_of(*(client.draft({sku: 1}) for _ in range(40))) <= 40
