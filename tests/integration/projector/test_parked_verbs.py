"""`projector parked list | retry | drop`, and what a start does of itself."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from projector.adapters.postgres_parking import PostgresParking
from projector.adapters.postgres_read_store import PostgresReadStore
from stack.ports import choose_port
from tests.fakes.projector_events import OrderLife, ProductLife, life_of
from tests.integration.projector.conftest import GROUP
from tests.integration.projector.test_postgres_parking import RealParkingWorld
from tests.integration.projector.verbs import Ended, say
from tests.suites.projector_parked import REMOVED, mixed, older_version, projected


class Verbs:
    """Speaks to projectors on the engines of a test."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.urls = database_url, redis_url

    async def parked(self, *words: str) -> Ended:
        """One verb, to its end."""
        return await say(*self.urls, "parked", *words)


@pytest.fixture
async def world(read_database_url: str) -> AsyncIterator[RealParkingWorld]:
    """A read database in which the third events of two orders are parked, the fourth behind one, and a product's."""
    store, lot = PostgresReadStore(read_database_url, GROUP), PostgresParking(read_database_url, GROUP)
    world = RealParkingWorld(store, read_database_url, lot)
    with older_version(REMOVED, "orders.ProductListed.v1"):
        await projected(world, [*mixed(life_of(1)[:3], life_of(2)[:3]), life_of(2)[3], ProductLife().tell()])
    yield world
    await store.close()
    await lot.close()


@pytest.fixture
def verbs(world: RealParkingWorld, redis_url: str) -> Verbs:
    return Verbs(world.url, redis_url)


ONE, TWO = (f"order:{OrderLife(name).order_id}" for name in (1, 2))


async def test_what_is_parked_is_shown_to_programs_and_to_people(verbs: Verbs) -> None:
    status, out, _ = await verbs.parked("list", "--json")
    listed = json.loads(out)
    assert (status, [(event["sequence"], event["aggregate"], event["version"]) for event in listed]) == (
        0,
        [(5, ONE, 3), (6, TWO, 3), (7, TWO, 4), (8, "product:PEN-1", 1)],
    )
    assert listed[0]["reason"] == f"unknown type {REMOVED}"
    status, table, _ = await verbs.parked("list", "product:PEN-1")
    assert (status, "reason" in table, "PEN-1" in table, REMOVED in table) == (0, True, True, False)


async def test_retry_applies_for_those_who_are_named_and_then_for_all(verbs: Verbs, world: RealParkingWorld) -> None:
    assert (await verbs.parked("retry", TWO, "product:PEN-1"))[:2] == (0, "dropped 0, applied 3, still parked 0\n")
    assert len(await world.lot.parked(None)) == 1
    assert (await verbs.parked("retry", "--all"))[:2] == (0, "dropped 0, applied 1, still parked 0\n")
    assert await world.lot.parked(None) == []


async def test_drop_gives_up_one_event_for_a_reason_that_is_logged_and_applies_the_rest(
    verbs: Verbs, world: RealParkingWorld
) -> None:
    status, out, _ = await verbs.parked("drop", ONE, TWO, "--reason", "written by a broken client")
    *logged, said = out.splitlines()
    assert (status, said) == (0, "dropped 2, applied 1, still parked 0")
    lines = [json.loads(line) for line in logged]
    assert [(line["event"], line["reason"], line["sequence"]) for line in lines] == [
        ("event_dropped", "written by a broken client", 5),
        ("event_dropped", "written by a broken client", 6),
    ]
    assert await world.rows("SELECT max(version), count(*) FROM order_history") == [(4, 5)]


async def test_what_stays_parked_shows_in_the_exit_status(verbs: Verbs, world: RealParkingWorld) -> None:
    async with await psycopg.AsyncConnection.connect(world.url, options="-csearch_path=g1") as spoiler:
        await spoiler.execute("UPDATE parked_event SET data = 'gone' WHERE sequence = 6")
    status, out, _ = await verbs.parked("retry", "--all")
    assert (status, out) == (1, "dropped 0, applied 2, still parked 2\n")
    assert "cannot be read" in (await world.lot.parked(None))[0].reason


async def test_a_start_retries_what_is_parked(verbs: Verbs, world: RealParkingWorld) -> None:
    told = await asyncio.to_thread(_line_about, "parked_events_retried", *verbs.urls)
    assert told["events"] == 4
    assert await world.lot.parked(None) == []


def _line_about(event: str, database_url: str, redis_url: str) -> dict[str, object]:
    """The first such line that a running projector logs. Raises StopIteration when it ends without one."""
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(choose_port())}
    environment = os.environ | {f"PROJECTOR_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "projector", "run"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines: Iterator[dict[str, object]] = map(json.loads, process.stdout)
            return next(line for line in lines if line["event"] == event)
        finally:
            process.kill()
