"""The read store on a real Postgres."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from sqlalchemy import create_engine, inspect

from orders_contracts.changes import channel, decode_changes
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.read_tables import metadata
from projector.application.log import Checkpoint, Move
from projector.application.ports import Refused, Unavailable
from projector.application.projections.catalogue import READ_MODELS
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import NumberedLog, OrderLife, ProductLife, an_id, life_of, line
from tests.integration.projector.conftest import GROUP, RealStoreWorld
from tests.suites.projector_read_store import NOTHING, ReadStoreSuite, apply, slice_of
from tests.suites.projector_sums import SumsSuite
from tests.suites.projector_waiting import until


class TestPostgresReadStore(ReadStoreSuite, SumsSuite):
    @pytest.fixture
    def world(self, store_world: RealStoreWorld) -> RealStoreWorld:
        return store_world


@pytest.fixture
async def rival(read_database_url: str) -> AsyncIterator[PostgresReadStore]:
    """A second projector's store."""
    store = PostgresReadStore(read_database_url, GROUP)
    yield store
    await store.close()


async def test_columns_are_filled_from_the_documents(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    order = OrderLife("with, a comma")
    created = order.created(line(1, "PEN.1"), line(2, "Ink_2"), total_cents=2**62, reference="r, 'x'")
    empty = OrderLife("empty").created()
    await apply(store_world.store, slice_of(NumberedLog().append(0, [created, empty, ProductLife().tell()])))
    rows = await store_world.rows(
        "SELECT order_id, customer_id, status, reference, total_cents, skus, created_at::text FROM order_summary "
        "ORDER BY total_cents DESC"
    )
    assert rows == [
        (
            an_id("order", "with, a comma"),
            an_id("customer", "with, a comma"),
            "DRAFT",
            "r, 'x'",
            2**62,
            ["PEN.1", "Ink_2"],
            "2026-11-22 08:00:01+00",
        ),
        (
            an_id("order", "empty"),
            an_id("customer", "empty"),
            "DRAFT",
            None,
            0,
            [],
            "2026-11-22 08:00:01+00",
        ),
    ]
    assert await store_world.rows("SELECT sku, version, listed FROM product_view") == [("PEN-1", 1, True)]
    assert await store_world.rows("SELECT version FROM order_view ORDER BY 1") == [(1,), (1,)]


async def test_stored_documents_are_the_bytes_of_the_fold(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    order = OrderLife()
    created = order.created(line(1, "PEN-é漢\u2028"), reference='quote " and \\ back')
    await apply(store_world.store, slice_of(NumberedLog().append(0, [created])))
    ((document,),) = await store_world.rows("SELECT doc::text FROM order_view")
    assert json.loads(str(document))["reference"] == 'quote " and \\ back'
    assert "PEN-é漢" in str(document)


async def test_listeners_are_told_what_changed_and_only_after_the_commit(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    piece = slice_of(NumberedLog().append(0, [*life_of(1), ProductLife().tell(), CommandLife().accepted()]))
    async with await psycopg.AsyncConnection.connect(store_world.url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {channel(GROUP)}")
        with pytest.raises(Refused):
            await store_world.store.apply(1, [Move(0, 0, Checkpoint(1, "\0"))], [], lambda _: NOTHING)
        await apply(store_world.store, piece)
        told = [notify.payload async for notify in listener.notifies(timeout=10, stop_after=1)]
    (payload,) = told
    assert sorted(decode_changes(payload)) == [
        ("command", CommandLife().command_id, 1),
        ("order", OrderLife(1).order_id, 8),
        ("product", "PEN-1", 1),
    ]


async def test_of_two_at_once_one_wins_and_the_other_writes_nothing(
    store_world: RealStoreWorld, rival: PostgresReadStore
) -> None:
    await store_world.store.open(1, 3)
    log = NumberedLog(3)
    for round_number in range(20):
        stored = await rival.checkpoints()
        assert stored is not None
        slices = [
            slice_of(
                log.append(number, life_of(f"{round_number}-{number}")), stored.checkpoints[number], partition=number
            )
            for number in range(3)
        ]
        answers = await asyncio.gather(apply(store_world.store, *slices), apply(rival, *reversed(slices)))
        assert sorted(map(len, answers)) == [0, 3]
    assert await store_world.rows("SELECT count(*), max(version), min(version) FROM order_view") == [(60, 8, 8)]
    assert await store_world.rows("SELECT count(*) FROM order_history") == [(480,)]


async def test_who_waited_for_a_checkpoint_that_then_moved_has_missed_it(
    store_world: RealStoreWorld, rival: PostgresReadStore
) -> None:
    await store_world.store.open(1, 1)
    piece = slice_of(NumberedLog().append(0, life_of(1)))
    async with await psycopg.AsyncConnection.connect(store_world.url, options="-csearch_path=g1") as holder:
        await holder.execute("UPDATE projection_checkpoint SET sequence = 3, event_id = 'x'")
        waiting = asyncio.create_task(apply(rival, piece))
        await until(lambda: _is_waiting(store_world))
        await holder.commit()
        assert await waiting == {0}
    stored = await store_world.store.checkpoints()
    assert stored is not None
    assert stored.checkpoints == {0: Checkpoint(3, "x")}
    assert await store_world.rows("SELECT count(*) FROM order_view") == [(0,)]


RESTARTABLE = ", ".join([*(model.table for model in READ_MODELS), "parked_event"])


async def test_a_restart_gives_way_to_readers_who_do_not_end(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    await apply(store_world.store, slice_of(NumberedLog().append(0, life_of(1))))
    for table in RESTARTABLE.split(", "):
        async with await psycopg.AsyncConnection.connect(store_world.url, options="-csearch_path=g1") as reader:
            await reader.execute(f"SELECT * FROM {table}".encode())
            with pytest.raises(Unavailable, match="lock"):
                await store_world.store.restart(2, 1)
            assert (await (await reader.execute("SELECT count(*) FROM order_view")).fetchall()) == [(1,)]
    assert (await store_world.store.restart(2, 1)).epoch == 2


async def test_restarts_and_projectors_at_once_end_in_the_new_epoch_without_a_trace_of_the_old(
    store_world: RealStoreWorld, rival: PostgresReadStore
) -> None:
    await store_world.store.open(1, 2)
    third = PostgresReadStore(store_world.url, GROUP)
    for epoch in range(2, 8):
        writing = asyncio.create_task(_write_until_missed(third, epoch - 1))
        await until(lambda: _has_orders(store_world))
        restarts = await asyncio.gather(store_world.store.restart(epoch, 2), rival.restart(epoch, 2))
        assert [stored.epoch for stored in restarts] == [epoch, epoch]
        await writing
        assert await store_world.rows("SELECT count(*) FROM order_view") == [(0,)]
    await third.close()


async def _write_until_missed(store: PostgresReadStore, epoch: int) -> None:
    """Order after order, until another epoch has begun."""
    log, end = NumberedLog(), Checkpoint(0, "")
    for name in itertools.count():
        piece = slice_of(log.append(0, life_of(name)), end)
        if await apply(store, piece, epoch=epoch):
            return
        end = piece.end


async def _has_orders(world: RealStoreWorld) -> bool:
    return (await world.rows("SELECT count(*) > 5 FROM order_view")) == [(True,)]


async def _is_waiting(world: RealStoreWorld) -> bool:
    found = await world.rows(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(found)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"reference":"ref-1"', b'"reference":"\\u0000"'),
        lambda data: data.replace(b'"total_cents":1000', b'"total_cents":9223372036854775808'),
    ],
)
async def test_what_postgres_has_no_room_for_is_refused_and_changes_nothing(
    store_world: RealStoreWorld, spoil: Callable[[bytes], bytes]
) -> None:
    opened = await store_world.store.open(1, 1)
    created = life_of(1)[0]
    created.data = spoil(created.data)
    with pytest.raises(Refused):
        await apply(store_world.store, slice_of(NumberedLog().append(0, [created])))
    assert await store_world.store.checkpoints() == opened
    assert await apply(store_world.store, slice_of(NumberedLog().append(0, life_of(1)))) == frozenset()


async def test_a_connection_that_was_cut_is_made_again(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    async with await psycopg.AsyncConnection.connect(store_world.url, autocommit=True) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    with pytest.raises(Unavailable, match="read database"):
        await store_world.store.checkpoints()
    assert await apply(store_world.store, slice_of(NumberedLog().append(0, life_of(1)))) == frozenset()


async def test_a_database_without_the_tables_is_unavailable_until_they_are_there(store_world: RealStoreWorld) -> None:
    stranger = PostgresReadStore(store_world.url, "g2")
    with pytest.raises(Unavailable, match="projection_checkpoint"):
        await stranger.checkpoints()
    await store_world.rows("SELECT 1")
    async with await psycopg.AsyncConnection.connect(store_world.url, autocommit=True) as admin:
        await admin.execute("ALTER SCHEMA g1 RENAME TO g2")
    assert await stranger.checkpoints() is None
    await stranger.close()


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="read database"):
        await PostgresReadStore("postgresql://postgres@127.0.0.1:1/orders", GROUP).checkpoints()


def test_the_columns_declared_here_are_those_of_the_owner(read_database_url: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(read_database_url))
    inspector = inspect(engine)
    for table in metadata.tables.values():
        theirs = {column["name"]: column for column in inspector.get_columns(table.name, schema=GROUP)}
        assert set(theirs) == set(table.columns.keys())
        for column in table.columns:
            their = theirs[column.name]
            assert column.type.compile(engine.dialect) == their["type"].compile(engine.dialect).split(" COLLATE")[0]
            assert column.nullable == their["nullable"], f"{table.name}.{column.name}"
        key = inspector.get_pk_constraint(table.name, schema=GROUP)["constrained_columns"]
        assert [column.name for column in table.primary_key] == key
    engine.dispose()
