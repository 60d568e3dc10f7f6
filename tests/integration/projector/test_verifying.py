"""`projector verify`: the log folded once more, beside read models that somebody has changed behind its back."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from orders_contracts import orders
from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest
from projector.composition import operations
from projector.entrypoints import verified
from projector.settings import Settings
from stack.ports import choose_port
from tests.contract.databases.logins import as_member
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import Happening, NumberedLog, OrderLife, ProductLife, life_of, line
from tests.integration.projector.conftest import GROUP, Publisher
from tests.integration.projector.running import projector
from tests.suites.beside import beside
from tests.suites.projector_waiting import until

PARTITIONS = 3
ORDER = OrderLife(1).order_id


@dataclass
class Relay:
    """Publishes a log as the relay does, forgets most of it again, and answers requests for replays."""

    publisher: Publisher
    log: NumberedLog
    answered: int = 0
    tick: int = 0

    async def publish(self, partition: int, happenings: Sequence[Happening]) -> None:
        """More of the log; of a stream only the newest ten entries stay."""
        await self.publisher.put(partition, self.log.append(partition, list(happenings)))
        await self.publisher.client.xtrim(f"cqrs:events:1:{partition}", maxlen=10, approximate=False)

    async def serve(self) -> None:
        """Heads and replies, until it is cancelled."""
        while True:
            await self.publisher.say(self.log.heads())
            requests = await self.publisher.asked()
            for request in requests[self.answered :]:
                await self._answer(request)
            self.answered = len(requests)
            await self.publisher.client.xread({REPLAY_REQUESTS: "$"}, block=50)

    async def _answer(self, request: ReplayRequest) -> None:
        entries = self.log.partitions[request.partition][request.first - 1 : request.first - 1 + request.count]
        await self.publisher.reply(request.reply_to, entries)


@dataclass
class World:
    """A log and its read models, all applied."""

    url: str
    redis_url: str
    relay: Relay

    async def verify(self, *options: str, url: str = "") -> subprocess.CompletedProcess[str]:
        """The verb, to its end."""
        settings = {"DATABASE_URL": url or self.url, "REDIS_URL": self.redis_url, "PORT": str(choose_port())}
        env = os.environ | {f"PROJECTOR_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "projector", "verify", *options]
        return await asyncio.to_thread(
            subprocess.run, command, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    async def looks(self, *, mend: bool = False) -> list[dict[str, Any]]:
        """What it tells programs."""
        settings = Settings(database_url=self.url, redis_url=self.redis_url, generation=GROUP)
        reports = await operations.verify(settings, mend=mend, tell=lambda _, __: None)
        told: list[dict[str, Any]] = json.loads(verified.as_json(reports))
        return told

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers its owner."""
        with psycopg.connect(self.url, options=f"-csearch_path={GROUP}", autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    async def applied(self) -> bool:
        """Whether the read models have come to the end of the log."""
        found = self.rows("SELECT sum(sequence) FROM projection_checkpoint")
        return bool(found == [(sum(len(entries) for entries in self.relay.log.partitions),)])


@pytest.fixture
async def world(read_database_url: str, redis_url: str) -> AsyncIterator[World]:
    """Forty orders, a product and a command, and a projector that goes on."""
    relay = Relay(Publisher(redis_url), NumberedLog(PARTITIONS))
    world = World(read_database_url, redis_url, relay)
    user = as_member(read_database_url, "orders_projector")
    async with aclosing(relay.publisher.client), beside(relay.serve()), projector(user, redis_url):
        for number in range(40):
            await relay.publish(number % PARTITIONS, life_of(number))
        await relay.publish(0, [ProductLife().tell(), CommandLife().accepted()])
        await until(world.applied)
        yield world


async def test_read_models_that_are_what_the_log_says_differ_in_nothing(world: World) -> None:
    (report,) = await world.looks()
    assert report["rows"] == {
        "order_view": 40,
        "order_summary": 40,
        "order_history": 320,
        "customer_summary": 40,
        "sales_daily": 1,
        "product_view": 1,
        "command_status": 1,
    }
    assert (report["events"], report["found"], report["set_aside"]) == (322, [], [])


async def test_programs_and_people_are_told_in_the_end_by_the_status_too(world: World) -> None:
    ended = await world.verify()
    assert (ended.returncode, ended.stdout) == (0, "443 rows against 322 events: all as the log says\n")
    world.rows("UPDATE product_view SET listed = false")
    ended = await world.verify("--json")
    assert (ended.returncode, len(json.loads(ended.stdout)[0]["found"])) == (1, 1)
    ended = await world.verify("--repair")
    assert (ended.returncode, "1 differ, 1 mended" in ended.stdout) == (0, True)


async def test_it_leaves_no_group_behind_that_a_relay_would_wait_for(world: World) -> None:
    await world.looks()
    for partition in range(PARTITIONS):
        assert len(await world.relay.publisher.client.xinfo_groups(f"cqrs:events:1:{partition}")) == 1


async def test_a_difference_in_a_document_and_one_in_a_sum_are_found_and_told(world: World) -> None:
    world.rows(f"UPDATE order_view SET doc = replace(doc::text, 'London', 'Paris')::json WHERE order_id = '{ORDER}'")
    world.rows("UPDATE sales_daily SET revenue_cents = revenue_cents + 1")
    (report,) = await world.looks()
    assert {table: count for table, count in report["different"].items() if count} == {
        "order_view": 1,
        "sales_daily": 1,
    }
    document, day = report["found"]
    assert (document["key"], day["key"]) == ([ORDER], ["2026-11-22", "EUR"])
    assert ("London" in document["folded"][2], "Paris" in document["stored"][2]) == (True, True)
    ended = await world.verify()
    assert ended.returncode == 1
    for word in ("order_view", "sales_daily", "revenue_cents", "40001", ORDER, "2 differ"):
        assert word in ended.stdout


async def test_a_repair_leaves_nothing_that_differs(world: World) -> None:
    before = world.rows("SELECT order_id, doc::text FROM order_view ORDER BY 1")
    world.rows(
        "UPDATE order_view SET doc = '{}', version = 77 WHERE order_id IN (SELECT order_id FROM order_view LIMIT 9)"
    )
    world.rows("UPDATE order_summary SET reference = NULL, skus = '{}', created_at = now() WHERE status = 'COMPLETED'")
    world.rows("DELETE FROM customer_summary WHERE customer_id IN (SELECT customer_id FROM customer_summary LIMIT 3)")
    world.rows("UPDATE customer_summary SET orders = orders + 5, last_order_at = now()")
    world.rows("INSERT INTO sales_daily VALUES ('2020-01-01', 'EUR', 1, 1, 1, 0, 0, 0)")
    world.rows("UPDATE command_status SET token = 'none', doc = '[]'")
    first, last = await world.looks(mend=True)
    assert (sum(first["different"].values()), first["mended"]) == (9 + 40 + 40 + 1 + 1, 91)
    assert (last["found"], last["rows"]["order_view"]) == ([], 40)
    assert world.rows("SELECT order_id, doc::text FROM order_view ORDER BY 1") == before


async def test_while_a_projector_goes_on_there_are_no_differences_but_those_that_are_planted(world: World) -> None:
    writing = asyncio.create_task(_write_on(world))
    (clean,) = await world.looks()
    world.rows("UPDATE sales_daily SET units = units + 1")
    (spoilt,) = await world.looks()
    await writing
    assert clean["found"] == []
    assert [one["table"] for one in spoilt["found"]] == ["sales_daily"]


async def test_whose_events_are_parked_is_set_aside_with_what_adds_up(world: World) -> None:
    parked = OrderLife(99)
    events = [parked.created(line(1, "PEN")), parked.tell(orders.OrderConfirmed), parked.tell(orders.OrderConfirmed)]
    await world.relay.publish(1, [events[0], events[2]])
    await until(world.applied)
    (report,) = await world.looks()
    assert report["set_aside"] == [f"order:{parked.order_id}"]
    assert (report["found"], report["rows"]["order_view"], report["rows"].get("sales_daily")) == ([], 40, None)


async def test_who_may_not_make_temporary_tables_is_told_so_in_one_line(world: World) -> None:
    world.rows("DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$")
    ended = await world.verify(url=as_member(world.url, "orders_projector"))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("projector: read database: permission denied to create temporary tables")
    assert ended.stderr.count("\n") == 1


async def _write_on(world: World) -> None:
    """More sales, for as long as a verification takes at least."""
    for number in range(100, 160):
        await world.relay.publish(number % PARTITIONS, life_of(number))
        await until(world.applied)
