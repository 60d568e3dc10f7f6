"""A second generation that a projector fills from the log, beside the first one, and what is promised of it then."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from query_api.migrations.live import READ_MODELS
from tests.contract.databases.logins import as_member
from tests.fakes.projector_events import NumberedLog
from tests.integration.projector.conftest import Publisher
from tests.integration.projector.running import projector
from tests.integration.projector.test_projecting import PARTITIONS, publish_mixed
from tests.integration.query_api.generations.world import World
from tests.suites.projector_waiting import until

ORDERS = 40
EVENTS = 8 * ORDERS
"""An order of these lives has eight."""


@pytest.fixture
async def publisher(redis_url: str) -> AsyncIterator[Publisher]:
    """Writes streams as the relay does."""
    publisher = Publisher(redis_url)
    yield publisher
    await publisher.client.aclose()


def applied(world: World, generation: str) -> int:
    """How many events, over all partitions."""
    return int(world.rows(f"SELECT coalesce(sum(sequence), 0) FROM {generation}.projection_checkpoint")[0][0])


async def test_a_generation_that_is_built_from_the_log_equals_the_live_one_and_takes_its_place(
    world: World, redis_url: str, publisher: Publisher
) -> None:
    log = NumberedLog(PARTITIONS)
    url = as_member(world.url, "orders_projector")
    async with projector(url, redis_url):
        await publish_mixed(publisher, log, ORDERS)
        await until(lambda: applied(world, "g1") == EVENTS)
        world.done("create", "g2")
        async with projector(url, redis_url, generation="g2"):
            await until(lambda: applied(world, "g2") == EVENTS)
            await asyncio.to_thread(world.done, "index", "g2")
            compared = await asyncio.to_thread(world.told, "compare", "g2")
            assert [(one["read_model"], one["same"]) for one in compared] == [(name, True) for name in READ_MODELS]
            rows = {one["read_model"]: one["live"]["rows"] for one in compared}
            assert (rows["order_view"], rows["order_history"]) == (ORDERS, EVENTS)
            assert min(rows["customer_summary"], rows["sales_daily"]) > 0
            for to, back in (("g2", "g1"), ("g1", "g2")):
                assert await asyncio.to_thread(world.told, "promote", to) == {"live": to, "previous": back, "lost": 0}
            assert await asyncio.to_thread(world.told, "rollback") == {"live": "g2", "previous": "g1", "lost": 0}
    assert world.rows("SELECT count(*), min(version) FROM live.order_view") == [(ORDERS, 8)]
    world.run("UPDATE g2.sales_daily SET units = units + 1 WHERE day = (SELECT min(day) FROM g2.sales_daily)")
    differing = world.verb("compare", "g1")
    assert differing.exit_code == 1
    assert [line for line in differing.stdout.splitlines() if "sales_daily" in line and "differs in contents" in line]
