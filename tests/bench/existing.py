"""Orders that are there before a measurement begins, made by the side itself over HTTP."""

from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID

import orjson

from tests.bench.client import Answer
from tests.bench.closed_loop import CLIENTS, WrongAnswer
from tests.bench.open_loop import Line
from tests.bench.shops import CREATE, Shop
from tests.bench.traffic import creations

ORDERS: Final = 5_000
_AT_A_TIME: Final = 500


async def create_orders(shop: Shop) -> list[UUID]:
    """The ids of ORDERS new ones. Raises WrongAnswer, TimeoutError."""
    found: list[UUID] = []
    requests = creations()
    line = await Line.open(shop.side.port, CLIENTS)
    try:
        for _ in range(ORDERS // _AT_A_TIME):
            for request in islice(requests, _AT_A_TIME):
                line.send(request, partial(_note, found))
            await line.quiet()
    finally:
        line.close()
    shop.acknowledged(CREATE, len(found))
    return found


def order_id_of(answer: Answer) -> UUID:
    """Which order it is about. Raises WrongAnswer for another answer than that of a command."""
    order_id = orjson.loads(answer.body).get("order_id")
    if answer.status not in {200, 201} or order_id is None:
        raise WrongAnswer(f"{answer.status} {answer.body!r}")
    return UUID(order_id)


def _note(found: list[UUID], answer: Answer) -> None:
    found.append(order_id_of(answer))
