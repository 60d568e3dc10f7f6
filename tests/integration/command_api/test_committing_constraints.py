"""One of 64 commands that go together breaks a constraint, each that there is: none of its neighbours has to suffer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio

from command_api.adapters.postgres.accepted import PostgresAcceptedCommands
from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.order_writes import Ending, OrderWrite
from command_api.adapters.postgres.pool import Database
from command_api.application.idempotency import StoredAnswer
from command_api.migrations.revisions import newest
from tests.conftest import PARTITIONS
from tests.integration.command_api import acceptances
from tests.integration.command_api.counting import counted_database, statements_of
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.test_committing_answers import keyed
from tests.integration.command_api.violations import UNREACHABLE, VIOLATIONS, WRITTEN, constraints, named

pytestmark = pytest.mark.asyncio(loop_scope="module")


WITH_KEYS: Final = "with keys"
WITHOUT: Final = "without"
ACCEPTED: Final = "accepted before"
BROKEN: Final = [
    (broken, closed)
    for broken in VIOLATIONS
    for closed in (WITH_KEYS, WITHOUT, ACCEPTED)
    if closed != ACCEPTED or not broken.startswith("idempotency_keys")  # who was answered 202 has no other answer
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    database = counted_database(database_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def commit(database: Database) -> Committer:
    return Committer(database)


async def test_commands_that_come_together_go_together(commit: Committer) -> None:
    assert await statements_of(*(commit(keyed()) for _ in range(64))) == 1


async def test_each_constraint_is_broken_once(shop: Shop) -> None:
    assert WRITTEN == ["accepted_commands", "idempotency_keys", "orders", "outbox"]
    known = VIOLATIONS.keys() | UNREACHABLE | acceptances.BAD.keys() | acceptances.UNREACHABLE
    assert await constraints(shop) == known


@pytest.mark.parametrize(("broken", "closed"), BROKEN)
async def test_a_broken_constraint_refuses_its_own_command_alone(
    shop: Shop, database: Database, commit: Committer, broken: str, closed: str
) -> None:
    good = keyed()
    await commit(good)
    together = [keyed() for _ in range(63)]
    together.insert(20, VIOLATIONS[broken].of(good))
    kept = together[20:21] if broken.startswith("idempotency_keys") else []
    if closed == WITHOUT:
        together = [one if one in kept else one._replace(closing=None) for one in together]
    if closed == ACCEPTED:
        together = await accepted_before(database, together)
    ends: list[object] = []

    async def go() -> None:
        ends.extend(await asyncio.gather(*(commit(write) for write in together), return_exceptions=True))

    statements = await statements_of(go())
    refusal = ends.pop(20)
    assert isinstance(refusal, VIOLATIONS[broken].refused), repr(refusal)
    assert named(refusal) in {broken, None}
    assert statements <= 1 + 64
    assert ends == [None] * 63
    bad = together.pop(20)
    assert await written(shop, together) == [(1, 1, int(isinstance(one.closing, StoredAnswer))) for one in together]
    assert await written(shop, [good]) == [(1, 1, 1)]
    assert await waiting(shop, [bad, *together]) == ([bad] if closed == ACCEPTED else [])


async def accepted_before(database: Database, writes: list[OrderWrite]) -> list[OrderWrite]:
    """The same writes, each of a command that is stored and ends with it."""
    health = Health(database, revision=newest(), partitions=PARTITIONS)
    accepted = PostgresAcceptedCommands(database, health, lease_seconds=30)
    stored = [acceptances.acceptance() for _ in writes]
    await asyncio.gather(*(accepted.store(one) for one in stored))
    return [write._replace(closing=acceptances.ending(one)) for write, one in zip(writes, stored, strict=True)]


async def waiting(shop: Shop, writes: list[OrderWrite]) -> list[OrderWrite]:
    """Those whose commands have not ended yet."""
    rows = await shop.rows("SELECT command_id FROM accepted_commands")
    ids = {row["command_id"] for row in rows}
    return [one for one in writes if isinstance(one.closing, Ending) and one.closing.command_id in ids]


async def written(shop: Shop, writes: list[OrderWrite]) -> list[tuple[int, int, int]]:
    """Of each: how many orders, events and answers are there."""
    orders = [write.order.key for write in writes if write.order is not None]
    scopes = [write.closing.scope if isinstance(write.closing, StoredAnswer) else None for write in writes]
    rows = await shop.rows(
        "SELECT (SELECT count(*) FROM orders AS o WHERE o.order_id = one.order_id) AS orders,"
        " (SELECT count(*) FROM outbox WHERE aggregate_type = 'order' AND aggregate_id = one.order_id::text) AS events,"
        " (SELECT count(*) FROM idempotency_keys AS k WHERE k.scope = one.scope) AS answers"
        " FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS one (order_id, scope, n) ORDER BY n",
        orders,
        scopes,
    )
    return [(row["orders"], row["events"], row["answers"]) for row in rows]
