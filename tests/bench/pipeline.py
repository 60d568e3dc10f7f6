"""The whole system for a while: two Postgres servers, Valkey, the four processes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psycopg

from command_api.migrations.run import migrate as migrate_write
from query_api.migrations.run import migrate as migrate_read
from stack.engines import RunningEngine
from tests.bench.baselines.drafting import PARTITIONS
from tests.bench.bench import Bench
from tests.bench.client import ask, write_request
from tests.bench.sides import Side, running, service
from tests.bench.traffic import PRODUCTS, STOCK, price_cents, sku

_SECRET: Final = "0" * 32


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Where commands go, where questions go, and the engines."""

    commands: Side
    queries: Side
    write_url: str
    read_url: str
    redis_url: str


@asynccontextmanager
async def whole_system(bench: Bench) -> AsyncIterator[Pipeline]:
    """Everything up, with its products; nothing is tied to a core. The write database notes when it commits."""
    with _noting_commit_times(bench) as write, bench.postgres("read-db") as read, bench.valkey() as valkey:
        migrate_write(write.url, PARTITIONS)
        migrate_read(read.url)
        programs = [
            service("command_api", "serve", database_url=write.url, partitions=str(PARTITIONS)),
            service("outbox_relay", "run", database_url=write.url, redis_url=valkey.url),
            service("projector", "run", database_url=read.url, redis_url=valkey.url),
            service("query_api", "serve", database_url=read.url, page_token_secret=_SECRET),
        ]
        async with running(programs, bench.logs, bench.cores.every) as (commands, _relay, _projector, queries):
            await list_products(commands.port)
            yield Pipeline(commands, queries, write.url, read.url, valkey.url)


def _noting_commit_times(bench: Bench) -> RunningEngine:
    """The setting counts from the second start on."""
    engine = bench.postgres("write-db")
    try:
        with psycopg.connect(engine.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    finally:
        engine.stop(keep=True)
    return bench.postgres("write-db")


async def list_products(port: int) -> None:
    """At the command-api that listens there. Raises RuntimeError when one is refused."""
    for number in range(1, PRODUCTS + 1):
        path = f"/api/v1/products/{sku(number)}"
        product = {"name": f"Product {number}", "unit_price_cents": price_cents(number), "currency": "EUR"}
        request = write_request("PUT", path, json.dumps(product).encode())
        listed = await ask(port, request)
        stock = json.dumps({"delta": STOCK, "reason": "opening stock"}).encode()
        stocked = await ask(port, write_request("POST", f"{path}/stock-adjustments", stock))
        if (listed.status, stocked.status) != (201, 200):
            raise RuntimeError(f"a product could not be listed: {listed}, {stocked}")
