"""The write side of a shop, several times: command-api and the baselines, each with a database of its own."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import psycopg

from command_api.migrations.run import migrate
from command_api.settings import Settings
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.client import Answer, ask
from tests.bench.databases import copy_database, counts, settle
from tests.bench.sides import Program, Side, baseline, running, service
from tests.bench.traffic import PRODUCTS, STOCK, price_cents, sku

OURS: Final = "ours"
PSYCOPG: Final = "psycopg"
ORM: Final = "ORM"

_TABLES: Final = ("orders", "outbox", "idempotency_keys")
_OF_ITS_OWN: Final = {"id", "subject", "partitionkey", "time", "correlationid"}
_PRODUCT: Final = """
INSERT INTO products (sku, version, name, unit_price_cents, currency, listed, on_hand, reserved, updated_at)
VALUES (%s, 1, %s, %s, 'EUR', true, %s, 0, now())
"""
_NEWEST: Final = """
SELECT data, o.version, o.status FROM outbox JOIN orders AS o ON o.order_id::text = aggregate_id
ORDER BY position DESC LIMIT 1
"""


class Job(NamedTuple):
    """A kind of request: the status of its answer, and the tables that get a row by it."""

    expected: int
    writes: tuple[str, ...]


CREATE: Final = Job(201, ("orders", "outbox"))
CREATE_ONCE: Final = Job(201, ("orders", "outbox", "idempotency_keys"))
ADD_ITEM: Final = Job(200, ("outbox",))


class Shop:
    """A side, its database, and the rows that it must have written by what it acknowledged."""

    def __init__(self, bench: Bench, side: Side, database_url: str) -> None:
        self._bench = bench
        self._url = database_url
        self._due = dict.fromkeys(_TABLES, 0)
        self.side = side

    async def rate(self, requests: Iterator[bytes], job: Job) -> float:
        """Commands per second of 64 clients."""
        load = await self._bench.load(self.side, requests, job.expected)
        self.acknowledged(job, load.answered)
        return load.rate

    def acknowledged(self, job: Job, count: int = 1) -> None:
        """So many were answered as they should be."""
        for table in job.writes:
            self._due[table] += count

    async def by_hand(self, request: bytes, job: Job) -> Answer:
        """One request alone. Raises RuntimeError for another answer than expected."""
        answer = await ask(self.side.port, request)
        if answer.status != job.expected:
            raise RuntimeError(f"{self.side.name} answers otherwise: {answer}")
        self.acknowledged(job)
        return answer

    def last_written(self) -> tuple[dict[str, Any], int, str]:
        """The newest event without what differs from order to order, and its order's version and status."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute(_NEWEST).fetchone()
        assert row is not None
        event, version, status = row
        return {name: value for name, value in event.items() if name not in _OF_ITS_OWN}, version, status

    def settle(self) -> None:
        """Let no round pay for what came before."""
        settle(self._url)

    def audit(self) -> None:
        """Whoever is fast by writing less is found out here. Raises RuntimeError.

        The versions of all orders add up to the events: no change has gone over another one.
        """
        written = dict(zip(_TABLES, counts(self._url, *_TABLES), strict=True))
        with psycopg.connect(self._url) as connection:
            versions = connection.execute("SELECT sum(version)::bigint FROM orders").fetchone()
        if written != self._due or versions != (self._due["outbox"],):
            raise RuntimeError(f"{self.side.name} wrote {written}, versions {versions}; acknowledged {self._due}")


@asynccontextmanager
async def open_shops(bench: Bench, names: Sequence[str]) -> AsyncIterator[dict[str, Shop]]:
    """All sides up, on the same products; audited in the end. Raises RuntimeError when one wrote too little."""
    with bench.postgres("write-db") as engine:
        _stock(engine.url)
        urls = {name: copy_database(engine.url, name.lower()) for name in names}
        programs = [_program(name, url) for name, url in urls.items()]
        async with running(programs, bench.logs, bench.cores.server) as sides:
            shops = {name: Shop(bench, side, urls[name]) for name, side in zip(names, sides, strict=True)}
            yield shops
            for shop in shops.values():
                shop.audit()


def require_alike(shops: Mapping[str, Shop]) -> None:
    """Raises RuntimeError where the last events by hand are not the same on all sides."""
    first, *others = [shop.last_written() for shop in shops.values()]
    if any(other != first for other in others):
        raise RuntimeError(f"the sides do not write the same: {first}, {others}")


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
