"""Of commands that are accepted, or end, together none has to suffer for another one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import psycopg
import pytest
import pytest_asyncio

from command_api.adapters.postgres.accepted import Acceptance, PostgresAcceptedCommands
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.order_writes import Ending, OrderWrite
from command_api.adapters.system import UuidV7Ids
from command_api.application.errors import EndedBefore
from command_api.application.later import StoredCommand
from command_api.migrations.revisions import newest
from orders_contracts.commands import CommandAccepted, CommandEvent
from tests.conftest import PARTITIONS
from tests.integration.command_api.counting import counted_database, statements_of
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.test_committing import order_write
from tests.suites.command_accepting import AT, command, failed
from tests.suites.command_examples import CONTEXT

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEEDED: Final = """
SELECT attname FROM pg_attribute WHERE attrelid = 'accepted_commands'::regclass AND attnotnull AND attnum > 0
"""
MISSING: Final[dict[str, type[Exception]]] = {
    "command_id": psycopg.errors.NotNullViolation,
    "accepted_at": psycopg.errors.NotNullViolation,
    "kind": psycopg.errors.NotNullViolation,
    "body": TypeError,
    "correlation_id": psycopg.errors.NotNullViolation,
}
"""What a command must have, and how its lack is refused."""
NEVER_MISSING: Final = {"asked", "due_at", "attempts"}
"""One is encoded here whatever it is, the others are the database's."""


class Store(NamedTuple):
    """Where commands are accepted, and where they end."""

    accepted: PostgresAcceptedCommands
    commit: Committer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    database = counted_database(database_url)
    await database.open()
    health = Health(database, revision=newest(), partitions=PARTITIONS)
    yield Store(PostgresAcceptedCommands(database, health, 30), Committer(database))
    await database.close()


def events(one: StoredCommand, version: int, event: CommandEvent) -> list[tuple[Any, ...]]:
    """The rows of the command's event of that version."""
    log = LogRows(UuidV7Ids(), PARTITIONS)
    return log.of("command", str(one.command_id), version - 1, [event], at=AT, context=CONTEXT)


def acceptance(one: StoredCommand | None = None) -> Acceptance:
    """A command that may be accepted."""
    one = one or command()
    return Acceptance(one, events(one, 1, CommandAccepted(command=one.kind)), None)


def ending(one: StoredCommand, **order: Any) -> OrderWrite:
    """Its end, with an order."""
    return OrderWrite(order_write(**order), Ending(one.command_id, events(one, 2, failed(one).event)))


async def test_every_need_of_a_stored_command_is_tried(shop: Shop) -> None:
    assert {row["attname"] for row in await shop.rows(NEEDED)} == MISSING.keys() | NEVER_MISSING


@pytest.mark.parametrize("field", MISSING)
async def test_one_that_lacks_something_is_refused_alone(store: Store, shop: Shop, field: str) -> None:
    whole, lack = acceptance(), dict[str, Any]({field: None})
    bad = whole._replace(command=replace(whole.command, **lack))
    await _refused_alone(store, shop, bad, MISSING[field])


async def test_one_whose_id_is_taken_is_refused_alone(store: Store, shop: Shop) -> None:
    first = acceptance()
    await store.accepted.store(first)
    await _refused_alone(store, shop, acceptance(first.command), psycopg.errors.UniqueViolation)


async def test_one_whose_event_cannot_be_written_is_refused_alone(store: Store, shop: Shop) -> None:
    whole = acceptance()
    bad = whole._replace(events=[(None, *whole.events[0][1:])])
    await _refused_alone(store, shop, bad, psycopg.errors.NotNullViolation)


async def test_commands_that_end_together_go_together(store: Store) -> None:
    commands = await _accepted(store, 64)
    assert await statements_of(asyncio.gather(*(store.commit(ending(one)) for one in commands))) == 1


async def test_one_that_cannot_end_keeps_no_other_from_its_end(store: Store, shop: Shop) -> None:
    unknown, bad, *good = await _accepted(store, 64)
    await store.commit(ending(unknown))
    writes = [ending(unknown), ending(bad, row_status=None), *map(ending, good)]
    ends = await asyncio.gather(*(store.commit(write) for write in writes), return_exceptions=True)
    assert list(map(type, ends[:2])) == [EndedBefore, psycopg.errors.NotNullViolation]
    assert ends[2:] == [None] * 62
    assert await _logged(shop, [bad, *good]) == [1, *[2] * 62]


async def _accepted(store: Store, count: int) -> list[StoredCommand]:
    accepted = [acceptance() for _ in range(count)]
    await asyncio.gather(*map(store.accepted.store, accepted))
    return [one.command for one in accepted]


async def _refused_alone(store: Store, shop: Shop, bad: Acceptance, refused: type[Exception]) -> None:
    neighbours = [acceptance() for _ in range(63)]
    together = [*neighbours[:20], bad, *neighbours[20:]]
    ends = await asyncio.gather(*map(store.accepted.store, together), return_exceptions=True)
    assert isinstance(ends.pop(20), refused)
    assert ends == [None] * 63
    assert await _logged(shop, [one.command for one in neighbours]) == [1] * 63


async def _logged(shop: Shop, commands: Sequence[StoredCommand]) -> list[int]:
    """How many events each has."""
    rows = await shop.rows(
        "SELECT (SELECT count(*) FROM outbox WHERE aggregate_type = 'command' AND aggregate_id = id) AS events"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS one (id, n) ORDER BY n",
        [str(one.command_id) for one in commands],
    )
    return [row["events"] for row in rows]
