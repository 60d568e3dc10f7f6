"""What an inventory elsewhere is told, and what it may answer."""

from collections.abc import AsyncIterator

import orjson
import pytest
import respx

from command_api.adapters.http.circuit import NoAnswer
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.postgres.intents import Intent, Step
from orders_domain.errors import Shortage
from orders_domain.values import Sku
from tests.unit.command_api.asking import ORDER_ID, UNITS, URL, answer, plain_client, service

RESERVATION = f"{ORDER_ID}-1-5"


@pytest.fixture
async def call() -> AsyncIterator[InventoryCall]:
    async with plain_client() as client:
        yield InventoryCall(service(client))


def intent(move: Step) -> Intent:
    return Intent(5, ORDER_ID, 1, move, UNITS)


@respx.mock
@pytest.mark.parametrize(
    ("move", "key", "reservation"),
    [
        ("reserve", RESERVATION, RESERVATION),
        ("undo", f"{RESERVATION}-undo", RESERVATION),
        ("release", RESERVATION, None),
        ("ship", RESERVATION, None),
        ("take_back", RESERVATION, None),
    ],
)
async def test_each_move_is_told_under_a_key_of_its_own(
    move: Step, key: str, reservation: str | None, call: InventoryCall
) -> None:
    route = respx.post(URL).respond(json=answer(result="done"))
    assert await call(intent(move)) == []
    asked = route.calls[0].request
    assert asked.headers["Idempotency-Key"] == key
    assert orjson.loads(asked.content) == {
        "order_id": str(ORDER_ID),
        "version": 1,
        "move": move,
        "reservation": reservation,
        "items": [{"sku": "ARC", "quantity": 3}, {"sku": "CUP", "quantity": 2}],
    }


@respx.mock
async def test_what_is_in_want_is_told_with_what_was_asked_for(call: InventoryCall) -> None:
    respx.post(URL).respond(json=answer(result="short", shortages=[{"sku": "ARC", "available": 2}]))
    assert await call(intent("reserve")) == [Shortage(sku=Sku("ARC"), requested=3, available=2)]


LIES = {
    "short of nothing": ("reserve", "short", []),
    "done and short": ("reserve", "done", [{"sku": "ARC", "available": 2}]),
    "short of what there is enough of": ("reserve", "short", [{"sku": "ARC", "available": 3}]),
    "short of what was not asked for": ("reserve", "short", [{"sku": "POT", "available": 0}]),
    "less than nothing": ("reserve", "short", [{"sku": "ARC", "available": -1}]),
    "undoing is never in want": ("undo", "short", [{"sku": "ARC", "available": 2}]),
    "nor is shipping": ("ship", "short", [{"sku": "ARC", "available": 2}]),
}


@respx.mock
@pytest.mark.parametrize(("move", "result", "shortages"), LIES.values(), ids=list(LIES))
async def test_shortages_that_cannot_be_are_no_answer(
    move: Step, result: str, shortages: list[object], call: InventoryCall
) -> None:
    respx.post(URL).respond(json=answer(result=result, shortages=shortages))
    with pytest.raises(NoAnswer):
        await call(intent(move))
