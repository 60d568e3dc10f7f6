"""Creating orders over HTTP: command-api against the same job done plainly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg

from command_api.migrations.run import migrate
from command_api.settings import Settings
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.client import ask
from tests.bench.databases import copy_database, counts, settle
from tests.bench.results import Result, against
from tests.bench.rounds import figures_of, in_turn, ratios
from tests.bench.sides import Program, Side, baseline, running, service
from tests.bench.traffic import PRODUCTS, STOCK, creations, price_cents, sku

OURS: Final = "ours"
PSYCOPG: Final = "psycopg"
ORM: Final = "ORM"

_OF_ITS_OWN: Final = {"id", "subject", "partitionkey", "time", "correlationid"}
_PRODUCT: Final = """
INSERT INTO products (sku, version, name, unit_price_cents, currency, listed, on_hand, reserved, updated_at)
VALUES (%s, 1, %s, %s, 'EUR', true, %s, 0, now())
"""


async def measure_commands(bench: Bench) -> list[Result]:
    """The two rows about commands.

    Raises RuntimeError when a side did not write one order and one event for each that it acknowledged.
    """
    bench.say("[bold]commands[/bold]: create order, three lines, 64 clients")
    async with _shops(bench, [OURS, PSYCOPG, ORM]) as shops:
        rounds = await in_turn(list(shops), bench.rounds, lambda name: shops[name].round(), bench.tell_round)
    ours = figures_of(rounds, OURS)
    return [
        Result(
            f"create order vs {name}", ratios(rounds, OURS, side), bar, "times", against(ours, figures_of(rounds, side))
        )
        for name, side, bar in (
            ("FastAPI + psycopg, three statements and a commit", PSYCOPG, 1.2),
            ("FastAPI + SQLAlchemy async ORM", ORM, 3.0),
        )
    ]


class _Shop:
    """A side with a database of its own."""

    def __init__(self, bench: Bench, side: Side, database_url: str) -> None:
        self._bench = bench
        self._side = side
        self._url = database_url
        self._requests = creations()
        self._acknowledged = 0

    async def round(self) -> float:
        """Commands per second."""
        load = await self._bench.load(self._side, self._requests, expected=201)
        self._acknowledged += load.answered
        return load.rate

    async def first_event(self) -> dict[str, Any]:
        """One order by hand, and what the log then says, without what differs from order to order."""
        answer = await ask(self._side.port, next(self._requests))
        if answer.status != 201 or not answer.header("Location").startswith("/api/v1/orders/"):
            raise RuntimeError(f"{self._side.name} answers otherwise: {answer}")
        self._acknowledged += 1
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT data FROM outbox").fetchone()
        assert row is not None
        return {name: value for name, value in row[0].items() if name not in _OF_ITS_OWN}

    def audit(self) -> None:
        """Whoever is fast by writing less is found out here."""
        written = counts(self._url, "orders", "outbox")
        if written != [self._acknowledged] * 2:
            raise RuntimeError(f"{self._side.name} acknowledged {self._acknowledged} orders, and wrote {written}")


@asynccontextmanager
async def _shops(bench: Bench, names: list[str]) -> AsyncIterator[dict[str, _Shop]]:
    """Sides that are warm and do the same, audited in the end."""
    with bench.postgres("write-db") as engine:
        _stock(engine.url)
        urls = {name: copy_database(engine.url, name.lower()) for name in names}
        programs = [_program(name, url) for name, url in urls.items()]
        async with running(programs, bench.logs, bench.cores.server) as sides:
            shops = {name: _Shop(bench, side, urls[name]) for name, side in zip(names, sides, strict=True)}
            await _compare(list(shops.values()))
            for shop in shops.values():
                await shop.round()
            for url in urls.values():
                settle(url)
            yield shops
            for shop in shops.values():
                shop.audit()


async def _compare(shops: list[_Shop]) -> None:
    first, *others = [await shop.first_event() for shop in shops]
    if any(event != first for event in others):
        raise RuntimeError(f"the sides do not write the same event: {first}, {others}")


def _program(name: str, database_url: str) -> Program:
    """All with as many connections as ours has by default."""
    pool_size = Settings.model_fields["pool_size"].default
    match name:
        case "ours":
            return service("command_api", "serve", database_url=database_url)
        case "psycopg":
            return baseline("commands psycopg", "commands_psycopg", database_url, pool_size)
        case _:
            return baseline("commands ORM", "commands_orm", database_url, pool_size)


def _stock(url: str) -> None:
    """Make the tables and the products."""
    migrate(url, PARTITIONS)
    rows = [(sku(number), f"Product {number}", price_cents(number), STOCK) for number in range(1, PRODUCTS + 1)]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(_PRODUCT, rows)
