"""One of 64 commands that are accepted together breaks a constraint: none of its neighbours has to suffer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from command_api.adapters.postgres.accepted import Acceptance, PostgresAcceptedCommands
from command_api.adapters.postgres.health import Health
from command_api.migrations.revisions import newest
from tests.conftest import PARTITIONS
from tests.integration.command_api.acceptances import BAD, acceptance
from tests.integration.command_api.counting import counted_database, statements_of
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.violations import named

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def accepted(database_url: str) -> AsyncIterator[PostgresAcceptedCommands]:
    database = counted_database(database_url)
    await database.open()
    health = Health(database, revision=newest(), partitions=PARTITIONS)
    yield PostgresAcceptedCommands(database, health, lease_seconds=30)
    await database.close()


async def test_commands_that_come_together_are_stored_together(accepted: PostgresAcceptedCommands) -> None:
    assert await statements_of(*(accepted.store(acceptance()) for _ in range(64))) == 1


@pytest.mark.parametrize("broken", BAD)
async def test_a_broken_constraint_refuses_its_own_command_alone(
    shop: Shop, accepted: PostgresAcceptedCommands, broken: str
) -> None:
    good = acceptance()
    await accepted.store(good)
    neighbours = [acceptance() for _ in range(63)]
    together = [*neighbours[:20], BAD[broken].of(good), *neighbours[20:]]
    ends: list[object] = await asyncio.gather(*(accepted.store(one) for one in together), return_exceptions=True)
    refusal = ends.pop(20)
    assert isinstance(refusal, BAD[broken].refused), repr(refusal)
    assert named(refusal) in {broken, None}
    assert ends == [None] * 63
    assert await stored(shop, [*neighbours, good]) == [(1, 1, 1)] * 64


async def stored(shop: Shop, acceptances: list[Acceptance]) -> list[tuple[int, int, int]]:
    """Of each: how many commands, events and answers are there."""
    rows = await shop.rows(
        "SELECT (SELECT count(*) FROM accepted_commands AS c WHERE c.command_id = one.id) AS commands,"
        " (SELECT count(*) FROM outbox WHERE aggregate_type = 'command' AND aggregate_id = one.id::text) AS events,"
        " (SELECT count(*) FROM idempotency_keys AS k WHERE k.scope = one.scope) AS answers"
        " FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS one (id, scope, n) ORDER BY n",
        [one.command.command_id for one in acceptances],
        [one.stored.scope for one in acceptances if one.stored is not None],
    )
    return [(row["commands"], row["events"], row["answers"]) for row in rows]
