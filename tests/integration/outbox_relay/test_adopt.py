"""A log that came in a dump from another cluster is adopted: every event keeps its number, and the log goes on."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from typer.testing import CliRunner

from outbox_relay.__main__ import app
from outbox_relay.adapters import renumbering_statements
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.renumbering import adopt
from outbox_relay.application.ports import OutboxUnfit
from outbox_relay.application.renumbering import Refused
from outbox_relay.application.sequencer import Sequencer
from stack.engines import RunningEngine
from tests.integration.outbox_relay.checking import Stream, logged
from tests.integration.outbox_relay.clusters import carry_log, standby, use_up_transaction_ids, young_cluster
from tests.integration.outbox_relay.writers import PostgresDatabase, PostgresTransaction, insert_many
from tests.suites.relay_outbox import name, read


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """The other cluster."""
    with young_cluster(tmp_path_factory.mktemp("young")) as engine:
        yield engine


@pytest.fixture
async def target(young: RunningEngine) -> AsyncIterator[PostgresDatabase]:
    """The other cluster's write database, seen by writers."""
    database = PostgresDatabase(young.url)
    yield database
    await database.close()


@pytest.fixture
async def carried(
    young: RunningEngine, database: PostgresDatabase, outbox: PostgresOutbox, write_database_url: str
) -> str:
    """The URL of the other cluster's write database, which holds a log of the first cluster's. No tick has seen
    three of its events.
    """
    use_up_transaction_ids(write_database_url)
    await _live(database, outbox)
    await database.write((0, name(9_001)), (5, name(9_002)), (0, name(9_003)))
    carry_log(write_database_url, young.url)
    return young.url


async def _live(database: PostgresDatabase, outbox: PostgresOutbox) -> None:
    """Transactions that overlap, hold on, roll back, and commit out of order; a tick now and then."""
    random, opened = Random(11), list[PostgresTransaction]()
    for number in range(1, 121):
        choice = random.random()
        if choice < 0.25 or not opened:
            opened.append(await database.begin())
        elif choice < 0.7:
            await random.choice(opened).add(random.randrange(8), name(number))
        else:
            one = opened.pop(random.randrange(len(opened)))
            await (one.commit() if choice < 0.92 else one.rollback())
        if random.random() < 0.4:
            await outbox.tick()
    for one in opened:
        await one.commit()
        await outbox.tick()
    await database.write(*((number % 8, name(number)) for number in range(1_000, 1_100)))
    await outbox.tick()


def _outlines(streams: list[Stream]) -> list[list[str]]:
    return [[event_id for _, event_id, _ in stream] for stream in streams]


async def test_every_event_keeps_its_sequence_in_the_other_cluster(carried: str, write_database_url: str) -> None:
    before = logged(write_database_url)
    assert sum(map(len, before)) > 120
    ids = {event_id for _, event_id in _by_position(write_database_url)}
    done = adopt(carried)
    after = logged(carried)
    assert [stream[: len(old)] for stream, old in zip(after, before, strict=True)] == before
    assert (done.events, done.fresh, done.ticks) == (len(ids), 3, _newest_tick(write_database_url))
    assert after[0][-2:] == [(len(before[0]) + 1, name(9_001), "{}"), (len(before[0]) + 2, name(9_003), "{}")]
    assert {event_id for stream in _outlines(after) for event_id in stream} == ids


async def test_the_log_is_one_transaction_in_one_tick_in_the_order_of_its_numbers(carried: str) -> None:
    adopt(carried)
    with psycopg.connect(carried) as connection:
        ticks = connection.execute("SELECT tick, snapshot::text FROM outbox_tick ORDER BY tick").fetchall()
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT position), min(position), max(position), count(*) FILTER (WHERE xid = '3')"
            " FROM outbox"
        ).fetchone()
    assert ticks == [(0, "1:1:"), (1, "4:4:")]
    assert rows is not None
    assert set(rows) == {rows[0], 1}


async def test_before_it_is_adopted_the_log_is_not_numbered_and_afterwards_it_goes_on(
    carried: str, target: PostgresDatabase
) -> None:
    relay = PostgresOutbox(carried)
    with pytest.raises(OutboxUnfit, match="the log was numbered by cluster"):
        await relay.open()
    adopt(carried)
    whole = _outlines(logged(carried))
    highest = max(position for position, _ in _by_position(carried))
    await relay.open()
    assert (await relay.tick()).number == 1
    for number in range(20_000, 20_010):
        await target.write((number % 2, name(number)), (0, name(number + 100)))
        tick = await relay.tick()
    assert tick.number == 11
    after = _outlines(logged(carried))
    assert [len(stream) for stream in after] == list(tick.heads)
    assert [stream[: len(old)] for stream, old in zip(after, whole, strict=True)] == whole
    assert after[1][len(whole[1]) :] == [name(number) for number in range(20_001, 20_010, 2)]
    new = [position for position, event_id in _by_position(carried) if event_id >= name(20_000)]
    assert min(new) > highest
    await relay.close()


async def test_the_relay_derives_the_same_numbers_as_before(
    carried: str, outbox: PostgresOutbox, target: PostgresDatabase
) -> None:
    old = await outbox.tick()
    adopt(carried)
    relay = PostgresOutbox(carried)
    await relay.open()
    new = await relay.tick()
    before, after = await read(outbox, [0] * 8, old), await read(relay, [0] * 8, new)
    for partition in range(8):
        assert [row for row in after if row[0] == partition] == [row for row in before if row[0] == partition]
    place = (await Sequencer(relay).places({4: 3}, new))[4]
    there = [row[1] for row in before if row[0] == 4]
    assert await Sequencer(relay).event_id(4, 3, place) == there[2]
    await relay.close()


async def test_what_was_written_before_the_log_was_adopted_comes_after_all_that_was_carried_over(
    carried: str, target: PostgresDatabase, write_database_url: str
) -> None:
    before = logged(write_database_url)
    await target.write((0, name(30_001)), (3, name(30_002)))
    await target.write((0, name(30_003)))
    assert adopt(carried).fresh == 6
    after = logged(carried)
    assert [stream[: len(old)] for stream, old in zip(after, before, strict=True)] == before
    assert _outlines(after)[0][-4:] == [name(9_001), name(9_003), name(30_001), name(30_003)]
    assert _outlines(after)[3][-1] == name(30_002)


async def test_a_log_is_adopted_again_and_again(carried: str, target: PostgresDatabase) -> None:
    adopt(carried)
    relay = PostgresOutbox(carried)
    await relay.open()
    for number in range(40_000, 40_020):
        await target.write((number % 3, name(number)))
        await relay.tick()
    await relay.close()
    before = logged(carried)
    with psycopg.connect(carried) as connection:
        connection.execute("UPDATE outbox_log SET system_identifier = 4711")
    done = adopt(carried)
    assert (done.fresh, done.ticks, done.was) == (0, 21, 4711)
    assert logged(carried) == before


async def test_the_keys_of_the_outbox_hold_and_positions_are_still_given_by_the_database(carried: str) -> None:
    adopt(carried)
    columns = "partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at"
    with psycopg.connect(carried, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UniqueViolation, match="aggregate"):
            connection.execute(f"INSERT INTO outbox ({columns}) SELECT {columns} FROM outbox LIMIT 1")
        with pytest.raises(psycopg.errors.GeneratedAlways):
            connection.execute("UPDATE outbox SET position = 1")
        with pytest.raises(psycopg.errors.UniqueViolation, match="outbox_pkey"):
            connection.execute(
                f"INSERT INTO outbox (xid, position, {columns}) OVERRIDING SYSTEM VALUE"
                " SELECT xid, position, partition, event_id, aggregate_type, aggregate_id, 99, type, data, occurred_at"
                " FROM outbox LIMIT 1"
            )


async def test_positions_go_on_even_where_the_identity_was_not_carried_over(
    carried: str, target: PostgresDatabase
) -> None:
    with psycopg.connect(carried) as connection:
        connection.execute("SELECT setval('outbox_position_seq', 1, false)")
    adopt(carried)
    highest = max(position for position, _ in _by_position(carried))
    await target.write((0, name(50_000)))
    assert _by_position(carried)[-1] == (highest + 1, name(50_000))


def test_an_empty_log_is_adopted(young: RunningEngine, write_database_url: str) -> None:
    carry_log(write_database_url, young.url)
    done = adopt(young.url)
    assert (done.events, done.fresh, done.ticks) == (0, 0, 0)
    assert _newest_tick(young.url) == 0


async def test_a_log_that_lacks_an_event_is_not_adopted_and_not_touched(carried: str) -> None:
    with psycopg.connect(carried) as connection:
        connection.execute("DELETE FROM outbox WHERE position = (SELECT min(position) FROM outbox)")
    before = logged(carried)
    with pytest.raises(Refused, match="does not hold the events that tick 1 has counted"):
        adopt(carried)
    assert logged(carried) == before
    with psycopg.connect(carried, autocommit=True) as connection, pytest.raises(psycopg.errors.GeneratedAlways):
        connection.execute("UPDATE outbox SET position = 1")


async def test_a_log_that_lacks_a_tick_is_not_adopted(carried: str) -> None:
    with psycopg.connect(carried) as connection:
        connection.execute("DELETE FROM outbox_tick WHERE tick = 5")
    with pytest.raises(Refused, match="tick 6"):
        adopt(carried)


async def test_a_log_in_use_is_not_waited_for_for_ever(
    carried: str, target: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = renumbering_statements.SESSION.replace("30s", "50ms")
    assert quick != renumbering_statements.SESSION
    monkeypatch.setattr(renumbering_statements, "SESSION", quick)
    writer = await target.begin()
    await writer.add(0, name(1))
    with pytest.raises(Refused, match="in use"):
        adopt(carried)
    await writer.rollback()
    adopt(carried)


def test_the_logs_own_cluster_has_nothing_to_adopt(write_database_url: str) -> None:
    answer = _verb(write_database_url)
    assert answer.exit_code == 1
    assert "there is nothing to adopt" in answer.stderr
    assert answer.stderr.startswith("outbox-relay: adopt: this is cluster ")
    assert answer.stderr.count("\n") == 1


def test_a_standby_is_not_adopted(tmp_path: Path) -> None:
    with standby(tmp_path) as engine:
        answer = _verb(engine.url)
    assert (answer.exit_code, answer.stderr) == (
        1,
        "outbox-relay: adopt: this is a standby; only a primary can be written\n",
    )


async def test_the_verb_says_in_one_line_what_was_done(admin: AsyncConnection[Any], write_database_url: str) -> None:
    await insert_many(admin, [(number % 8, name(number)) for number in range(10)])
    await admin.execute("UPDATE outbox_log SET system_identifier = 4711")
    answer = _verb(write_database_url)
    assert answer.exit_code == 0
    assert answer.stdout.startswith("outbox-relay: adopt: cluster 4711 -> ")
    assert answer.stdout.endswith(
        ": 10 events, 0 under the sequences that they had and 10 under their first; 0 ticks became one\n"
    )


def test_who_does_not_own_the_tables_is_told_which_setting_is_wrong(
    postgres_server: RunningEngine, write_database_url: str
) -> None:
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN IN ROLE orders_relay")
    with psycopg.connect(write_database_url) as connection:
        connection.execute("UPDATE outbox_log SET system_identifier = 4711")
    answer = _verb(write_database_url.replace("postgresql://", "postgresql://stranger@", 1).replace("postgres@", "", 1))
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute("DROP ROLE stranger")
    assert answer.exit_code == 2
    assert answer.stderr == "outbox-relay: OUTBOX_RELAY_DATABASE_URL: permission denied for table outbox\n"


def _verb(url: str) -> Any:
    env = {"OUTBOX_RELAY_DATABASE_URL": url, "OUTBOX_RELAY_REDIS_URL": "redis://127.0.0.1"}
    return CliRunner().invoke(app, ["adopt"], env=env)


def _by_position(url: str) -> list[tuple[int, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT position, event_id::text FROM outbox ORDER BY position").fetchall()


def _newest_tick(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT max(tick) FROM outbox_tick").fetchone()
    assert row is not None
    return int(row[0])
