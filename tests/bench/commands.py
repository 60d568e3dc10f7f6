"""Commands over HTTP, as many as 64 clients get answered: command-api against the same jobs done plainly."""

from collections.abc import Iterator, Mapping
from typing import Final

from tests.bench.bench import Bench
from tests.bench.existing import ORDERS, create_orders, order_id_of
from tests.bench.results import Result, against
from tests.bench.rounds import Round, figures_of, in_turn, ratios
from tests.bench.shops import ADD_ITEM, CREATE, CREATE_ONCE, ORM, OURS, PSYCOPG, Job, Shop, open_shops, require_alike
from tests.bench.traffic import additions, creations, keyed_creations

SIDES: Final = (OURS, PSYCOPG, ORM)
WITH_KEY: Final = "with a key"
WITHOUT: Final = "without"


async def measure_creating(bench: Bench) -> list[Result]:
    """The two rows about new orders. Raises RuntimeError when the sides do not write the same."""
    bench.say("[bold]commands[/bold]: create order, three lines, 64 clients")
    async with open_shops(bench, SIDES) as shops:
        requests = {name: creations() for name in shops}
        for name, shop in shops.items():
            await shop.by_hand(next(requests[name]), CREATE)
        require_alike(shops)
        rounds = await _in_turn(bench, shops, requests, CREATE)
    return [
        _versus("create order vs FastAPI + psycopg, three statements and a commit", rounds, PSYCOPG, 1.5),
        _versus("create order vs FastAPI + SQLAlchemy async ORM", rounds, ORM, 4.0),
    ]


async def measure_adding(bench: Bench) -> list[Result]:
    """The two rows about items that are added to orders; two clients seldom meet at one.

    Raises RuntimeError when the sides do not write the same.
    """
    bench.say(f"[bold]items[/bold]: add item to one of {ORDERS:,} orders of three or four lines, 64 clients")
    async with open_shops(bench, SIDES) as shops:
        for shop in shops.values():
            first = order_id_of(await shop.by_hand(next(creations()), CREATE))
            await shop.by_hand(next(additions([first])), ADD_ITEM)
        require_alike(shops)
        requests = {name: additions(await create_orders(shop)) for name, shop in shops.items()}
        rounds = await _in_turn(bench, shops, requests, ADD_ITEM)
    return [
        _versus("add item vs FastAPI + psycopg, four statements and a commit", rounds, PSYCOPG, 1.5),
        _versus("add item vs FastAPI + SQLAlchemy async ORM", rounds, ORM, 4.0),
    ]


async def measure_keys(bench: Bench) -> list[Result]:
    """What an Idempotency-Key costs: a figure to watch, without a bar."""
    bench.say("[bold]keys[/bold]: create order, a fresh Idempotency-Key for each against none, 64 clients")
    jobs = {WITH_KEY: (keyed_creations(), CREATE_ONCE), WITHOUT: (creations(), CREATE)}
    async with open_shops(bench, [OURS]) as shops:
        shop = shops[OURS]

        async def rate(how: str) -> float:
            return await shop.rate(*jobs[how])

        for how in jobs:
            await rate(how)
        shop.settle()
        rounds = await in_turn(list(jobs), bench.rounds, rate, bench.tell_round)
    detail = against(figures_of(rounds, WITH_KEY), figures_of(rounds, WITHOUT))
    name = "create order with an Idempotency-Key vs without"
    return [Result(name, ratios(rounds, WITH_KEY, WITHOUT), None, "times", detail)]


async def _in_turn(
    bench: Bench, shops: Mapping[str, Shop], requests: Mapping[str, Iterator[bytes]], job: Job
) -> list[Round]:
    async def rate(name: str) -> float:
        return await shops[name].rate(requests[name], job)

    for name, shop in shops.items():
        await rate(name)
        shop.settle()
    return await in_turn(list(shops), bench.rounds, rate, bench.tell_round)


def _versus(name: str, rounds: list[Round], theirs: str, bar: float) -> Result:
    detail = against(figures_of(rounds, OURS), figures_of(rounds, theirs))
    return Result(name, ratios(rounds, OURS, theirs), bar, "times", detail)
