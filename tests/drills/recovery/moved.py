"""The content of the write database is carried into another cluster, as by a dump."""

import asyncio
from dataclasses import replace
from typing import Final

import psycopg
from psycopg import sql

from stack.ports import choose_port
from stack.postgres import PostgresServer
from tests.drills.checker.asking import read_checkpoints
from tests.drills.recovery.stage import Numbers, Stage, heads_of
from tests.drills.resting import until_recovered
from tests.drills.running import Running

OTHER_CLUSTER: Final = "the log was numbered by cluster"
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_IDENTITY: Final = "SELECT last_value, is_called FROM outbox_position_seq"


async def moved(stage: Stage) -> str:
    """What was noticed, and what `adopt` said. Raises what engines and processes raise, and TooLate."""
    before = await asyncio.to_thread(stage.numbers)
    await stage.system.move_write_db(await _carried(stage))
    await stage.load("in-another-cluster")
    said = await stage.until_noticed(OTHER_CLUSTER)
    await asyncio.to_thread(_see_that_all_stand_still, stage, before)
    done = await stage.system.outbox_relay("adopt")
    stage.recovery = await until_recovered(stage.system)
    await stage.rest()
    now = await asyncio.to_thread(stage.numbers)
    for (partition, sequence), event_id in before.items():
        found = now.get((partition, sequence))
        stage.own.expect(found == event_id, f"{sequence} of partition {partition} was {event_id} and is {found}")
    stage.own.counts["numbers kept"] = len(before)
    await stage.load("adopted")
    await stage.rest()
    return f"{len(before)} events; {said}; {done}"


def _see_that_all_stand_still(stage: Stage, before: Numbers) -> None:
    checkpoints = read_checkpoints(stage.system.urls["read-db"])
    for partition, head in heads_of(before).items():
        at = checkpoints[partition].sequence
        stage.own.expect(at == head, f"partition {partition} went on from {head} to {at} before the log was adopted")


async def _carried(stage: Stage) -> PostgresServer:
    """A new cluster with the same rows; it runs no longer."""
    old = stage.system.parts["write-db"].server
    if not isinstance(old, PostgresServer):
        raise RuntimeError("the write database is no Postgres")
    server = replace(old, folder=old.folder.with_name("write-db-moved"), port=choose_port())
    part = Running("write-db-moved", server, stage.system.logs / "write-db-moved.log")
    try:
        await part.start()
        await part.until_ready()
        await stage.system.migrate_write(server.url)
        await asyncio.to_thread(_carry, old.url, server.url)
    finally:
        await part.stop()
    return server


def _carry(source: str, target: str) -> None:
    """Every table, and the value of the identity."""
    with psycopg.connect(source) as old, psycopg.connect(target) as new:
        for (name,) in old.execute(_TABLES).fetchall():
            table = sql.Identifier(name)
            new.execute(sql.SQL("TRUNCATE {}").format(table))
            with (
                old.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as out,
                new.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as in_,
            ):
                for data in out:
                    in_.write(data)
        value = old.execute(_IDENTITY).fetchone()
        new.execute("SELECT setval('outbox_position_seq', %s, %s)", value)
