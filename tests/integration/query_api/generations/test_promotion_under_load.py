"""Promotions while everybody works: no question fails, and no version goes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from query_api.adapters.postgres import live
from query_api.adapters.postgres.database import ReadDatabase
from query_api.application.generations import switching
from query_api.application.generations.ports import Generations
from query_api.application.generations.standing import Switched
from query_api.composition import with_generations
from query_api.settings import MigrateSettings
from tests.contract.databases.logins import as_member
from tests.integration.query_api.generations.load import PARTITIONS, Log, Readers, projected
from tests.integration.query_api.generations.world import World

SWITCHES: Final = 50
PREPARED: Final = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%order_view%'"


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[tuple[Readers, ReadDatabase]]:
    """Readers that ask as long as the block lasts; their failures are raised at its end."""
    database = ReadDatabase(as_member(url, "orders_query"), live.SCHEMA, 4)
    await database.open()
    ended = asyncio.Event()
    readers = Readers(database)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(readers.ask_until(ended))
            try:
                yield readers, database
            finally:
                ended.set()
    finally:
        await database.close()


async def until_they_have_asked(readers: Readers, more: int) -> None:
    """So many times more."""
    enough = readers.answers + more
    async with asyncio.timeout(30):
        while readers.answers < enough:  # noqa: ASYNC110 - a count, not an event
            await asyncio.sleep(0.005)


def switched(generations: Generations) -> Switched:
    """There or back, whichever is the other one."""
    name = {"g1": "g2", "g2": "g1"}[generations.live().generation]
    return switching.promote(generations, name, 30)


async def test_while_generations_are_switched_no_question_fails_and_no_version_goes_back(world: World) -> None:
    world.done("create", "g2")
    world.done("index", "g2")
    settings = MigrateSettings(database_url=world.url)
    with projected(world.url, Log(), "g1", "g2"):
        async with asking(world.url) as (readers, database):
            for number in range(SWITCHES):
                done = await asyncio.to_thread(with_generations, settings, switched)
                assert (done.live, done.lost) == ("g2" if number % 2 == 0 else "g1", 0)
                await until_they_have_asked(readers, 50)
            assert (await database.rows(PREPARED))[0][0] > 0
    assert readers.steps_back == []
    assert readers.generations == {"g1", "g2"}


async def test_a_switch_to_one_that_lacks_events_is_seen_as_a_step_back(world: World) -> None:
    world.done("create", "g2")
    world.done("index", "g2")
    with projected(world.url, Log(), "g1", "g2"):
        await asyncio.to_thread(world.done, "promote", "g2", "--wait", "30")
    world.run("UPDATE g1.order_view SET version = 0")
    world.stands("g1", *[0] * PARTITIONS)
    async with asking(world.url) as (readers, _):
        await until_they_have_asked(readers, 50)
        await asyncio.to_thread(world.done, "rollback", "--force")
        await until_they_have_asked(readers, 50)
    assert readers.steps_back != []
