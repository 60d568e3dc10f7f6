"""Reading orders over HTTP: query-api against one query a request, and against an ORM on normalised tables."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson

from query_api.settings import Settings
from tests.bench.bench import Bench
from tests.bench.catalogue import SeededOrder, seeded_orders
from tests.bench.client import ask
from tests.bench.databases import create_database, settle
from tests.bench.results import Result, against
from tests.bench.rounds import Round, figures_of, in_turn, ratios
from tests.bench.shelves import fill_normalised, fill_read_models
from tests.bench.sides import Program, Side, baseline, running, service
from tests.bench.traffic import customer_lists, order_reads

OURS: Final = "ours"
ASGI: Final = "bare ASGI"
ORM: Final = "ORM"


async def measure_get(bench: Bench) -> list[Result]:
    """The two rows about one order. Raises RuntimeError when the sides do not answer the same."""
    bench.say("[bold]get[/bold]: one order of three lines by id, 64 clients")
    orders = list(seeded_orders())
    requests = order_reads([order.order_id for order in orders])
    rounds = await _measure(bench, [OURS, ASGI, ORM], orders, requests)
    return [
        _result("GET order vs bare ASGI + psycopg, one query per request", rounds, ASGI, 1.25),
        _result("GET order vs FastAPI + SQLAlchemy async ORM", rounds, ORM, 6.0),
    ]


async def measure_list(bench: Bench) -> list[Result]:
    """The row about lists. Raises RuntimeError when the sides do not answer the same."""
    bench.say("[bold]list[/bold]: the newest 20 orders of a customer, 64 clients")
    orders = list(seeded_orders())
    requests = customer_lists(sorted({order.customer_id for order in orders}))
    rounds = await _measure(bench, [OURS, ORM], orders, requests)
    return [_result("list of 20 by customer vs FastAPI + SQLAlchemy async ORM", rounds, ORM, 6.0)]


def _result(name: str, rounds: list[Round], theirs: str, bar: float) -> Result:
    detail = against(figures_of(rounds, OURS), figures_of(rounds, theirs))
    return Result(name, ratios(rounds, OURS, theirs), bar, "times", detail)


async def _measure(bench: Bench, names: list[str], orders: list[SeededOrder], requests: Iterator[bytes]) -> list[Round]:
    async with _readers(bench, names, orders) as sides:
        await _compare(sides, next(requests))

        async def rate(name: str) -> float:
            return (await bench.load(sides[name], requests)).rate

        for name in names:
            await rate(name)
        return await in_turn(names, bench.rounds, rate, bench.tell_round)


@asynccontextmanager
async def _readers(bench: Bench, names: list[str], orders: list[SeededOrder]) -> AsyncIterator[Mapping[str, Side]]:
    with bench.postgres("read-db") as engine:
        fill_read_models(engine.url, orders)
        normalised = create_database(engine.url, "normalised")
        fill_normalised(normalised, orders)
        for url in (engine.url, normalised):
            settle(url)
        programs = [_program(name, normalised if name == ORM else engine.url) for name in names]
        async with running(programs, bench.logs, bench.cores.server) as sides:
            yield dict(zip(names, sides, strict=True))


def _program(name: str, database_url: str) -> Program:
    """All with as many connections as ours has by default."""
    pool_size = Settings.model_fields["pool_size"].default
    match name:
        case "ours":
            return service("query_api", "serve", database_url=database_url, page_token_secret="0" * 32)
        case "bare ASGI":
            return baseline("reads ASGI", "reads_asgi", database_url, pool_size)
        case _:
            return baseline("reads ORM", "reads_orm", database_url, pool_size)


async def _compare(sides: Mapping[str, Side], request: bytes) -> None:
    answers = {name: _content(orjson.loads((await ask(side.port, request)).body)) for name, side in sides.items()}
    ours = answers[OURS]
    if "code" in ours or any(answer != ours for answer in answers.values()):
        raise RuntimeError(f"the sides do not answer the same: {answers}")


def _content(body: dict[str, Any]) -> dict[str, Any]:
    """Page tokens say the same in different words."""
    return body | {"next_page_token": bool(body["next_page_token"])} if "next_page_token" in body else body
