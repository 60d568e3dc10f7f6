"""Parking on a real Postgres: beside projectors that run, and at what price."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import AsyncRawCursor

from orders_contracts.changes import channel, decode_changes
from projector.adapters.postgres_parking import PostgresParking
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application import parking
from projector.application.log import Aggregate
from projector.application.ports import Unavailable
from tests.contract.databases.logins import as_member
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import NumberedLog, OrderLife, ProductLife, life_of
from tests.fakes.projector_ports import RecordingJournal
from tests.integration.projector.conftest import GROUP, RealStoreWorld
from tests.suites.projector_commands import CommandStatusSuite
from tests.suites.projector_parked import (
    REMOVED,
    SHIPPED,
    ParkingWorld,
    Projector,
    left,
    mixed,
    older_version,
    order,
    projected,
    sequences_left,
)
from tests.suites.projector_parking import ParkingSuite
from tests.suites.projector_verbs import VerbsSuite
from tests.suites.projector_waiting import until
from tests.unit.projector.test_parking_in_memory import MemoryParkingWorld


@dataclass
class RealParkingWorld(RealStoreWorld):
    """The read database, and the way of the verbs into it."""

    lot: PostgresParking


@pytest.fixture
async def world(read_database_url: str) -> AsyncIterator[RealParkingWorld]:
    """A migrated read database."""
    url = as_member(read_database_url, "orders_projector")
    store, lot = PostgresReadStore(url, GROUP), PostgresParking(url, GROUP)
    yield RealParkingWorld(store, read_database_url, lot)
    await store.close()
    await lot.close()


class TestPostgresParking(ParkingSuite, VerbsSuite, CommandStatusSuite):
    @pytest.fixture
    def world(self, world: RealParkingWorld) -> RealParkingWorld:
        return world

    @pytest.fixture
    def whole(self) -> ParkingWorld:
        return MemoryParkingWorld()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is sent, BEGIN and COMMIT not counted."""
    sent: list[str] = []
    execute: Any = AsyncRawCursor.execute

    async def spy(cursor: Any, query: str, *rest: Any, **more: Any) -> Any:
        sent.append(query)
        return await execute(cursor, query, *rest, **more)

    monkeypatch.setattr(AsyncRawCursor, "execute", spy)
    return sent


async def test_a_batch_with_parked_events_takes_no_statement_more(
    world: RealParkingWorld, statements: list[str]
) -> None:
    projector, log = Projector(world.store), NumberedLog()
    await projector.begin()
    statements.clear()
    with older_version(REMOVED):
        await projector.apply(log.append(0, mixed(life_of(1), life_of(2)[:3] + life_of(3)[:5])))
    (write,) = statements
    inserted = ["order_view", "order_summary", "order_history", "customer_summary", "parked_event"]
    assert re.findall(r"INSERT INTO (\w+)", write) == inserted
    statements.clear()
    await projector.apply(log.append(0, [*life_of(2)[3:], life_of(4)[0], ProductLife().tell()]))
    assert len(statements) == 2
    assert re.findall(r"INSERT INTO (\w+)", statements[1]) == [*inserted[:4], "product_view", "parked_event"]
    statements.clear()
    await projector.apply(log.append(0, [ProductLife("INK").tell()]))
    (write,) = statements
    assert re.findall(r"INSERT INTO (\w+)", write) == ["product_view"]
    statements.clear()
    await projector.apply(log.append(0, [CommandLife().accepted()]))
    (write,) = statements
    assert re.findall(r"INSERT INTO (\w+)", write) == ["command_status"]


async def test_listeners_are_told_what_a_retry_applies_and_what_a_drop_passes_over(world: RealParkingWorld) -> None:
    with older_version(REMOVED):
        await projected(world, mixed(life_of(1)[:3], life_of(2)[:3]))
    async with await psycopg.AsyncConnection.connect(world.url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {channel(GROUP)}")
        await parking.retry(world.lot, [order(1)])
        await parking.drop(world.lot, RecordingJournal(), [order(2)], "why not")
        told = [notify.payload async for notify in listener.notifies(timeout=10, stop_after=2)]
    changes = [change for payload in told for change in decode_changes(payload)]
    assert changes == [("order", OrderLife(1).order_id, 3), ("order", OrderLife(2).order_id, 3)]


async def is_waiting(world: RealStoreWorld) -> bool:
    """Whether somebody waits for a lock."""
    found = await world.rows(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(found)


async def test_a_projector_waits_for_a_verb_and_then_writes_nothing_that_it_does_not_know_of(
    world: RealParkingWorld,
) -> None:
    with older_version(REMOVED):
        projector, log = await projected(world, life_of(1)[:4])
    log.append(0, [life_of(1)[4], *life_of(2)])
    async with await psycopg.AsyncConnection.connect(world.url, options="-csearch_path=g1") as verb:
        await verb.execute("SELECT 1 FROM projection_checkpoint FOR UPDATE")
        await verb.execute("DELETE FROM parked_event WHERE sequence = 4")
        await verb.execute("UPDATE projection_checkpoint SET parked = parked - 1")
        writing = asyncio.create_task(projector.apply(log.partitions[0]))
        await until(lambda: is_waiting(world))
        await verb.commit()
        assert not await writing
    assert projector.journal.outruns == [[0]]
    assert await sequences_left(world) == [3]
    assert await projector.apply(log.partitions[0])
    assert await sequences_left(world) == [3, 5]


async def test_verbs_and_projectors_beside_each_other_lose_and_double_nothing(world: RealParkingWorld) -> None:
    orders = range(12)
    lives = [happening for step in zip(*map(life_of, orders), strict=True) for happening in step]
    log = NumberedLog()
    log.append(0, lives)
    stores = [PostgresReadStore(world.url, GROUP) for _ in range(2)]
    projectors = [Projector(store) for store in stores]
    done = False

    async def project(projector: Projector) -> None:
        for end in range(0, len(lives) + 1, 4):
            while not await projector.apply(log.partitions[0][:end]):
                pass

    async def retry_again_and_again() -> None:
        while not done:
            await parking.retry(world.lot)

    with older_version(REMOVED):
        await projectors[0].apply(log.partitions[0][:36])
    retrying = asyncio.create_task(retry_again_and_again())
    await asyncio.gather(*map(project, projectors))
    done = True
    await retrying
    await parking.retry(world.lot)
    assert await left(world) == []
    assert await world.rows("SELECT count(*), min(version), max(version) FROM order_view") == [(12, 8, 8)]
    assert await world.rows("SELECT count(*) FROM order_history") == [(96,)]
    for store in stores:
        await store.close()


async def test_two_verbs_at_once_settle_each_event_once(world: RealParkingWorld) -> None:
    with older_version(REMOVED, SHIPPED):
        await projected(world, mixed(*map(life_of, range(20))))
    rival = PostgresParking(world.url, GROUP)
    gone = await asyncio.gather(parking.retry(world.lot), parking.retry(rival))
    assert sum(gone) == 20 * 6
    assert await left(world) == []
    await rival.close()


async def test_a_drop_whose_connection_dies_has_dropped_nothing(world: RealParkingWorld) -> None:
    with older_version(REMOVED):
        await projected(world, life_of(1)[:3])
    async with await psycopg.AsyncConnection.connect(world.url, options="-csearch_path=g1") as holder:
        await holder.execute("SELECT 1 FROM projection_checkpoint FOR UPDATE")
        journal = RecordingJournal()
        dropping = asyncio.create_task(parking.drop(world.lot, journal, None, "why not"))
        await until(lambda: is_waiting(world))
        await holder.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database()"
        )
        with pytest.raises(Unavailable):
            await dropping
    assert (journal.drops, await sequences_left(world)) == ([], [3])
    assert await parking.drop(world.lot, journal, [Aggregate("order", OrderLife(1).order_id)], "again") == 1
