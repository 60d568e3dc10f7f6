"""One of 64 commands that go together breaks a constraint, each that there is: none of its neighbours has to suffer."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.order_writes import OrderWrite
from tests.integration.command_api.counting import counted_database, statements_of
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.test_committing_answers import keyed
from tests.integration.command_api.violations import UNREACHABLE, VIOLATIONS, WRITTEN, constraints

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def commit(database_url: str) -> AsyncIterator[Committer]:
    database = counted_database(database_url)
    await database.open()
    yield Committer(database)
    await database.close()


async def test_commands_that_come_together_go_together(commit: Committer) -> None:
    assert await statements_of(*(commit(keyed()) for _ in range(64))) == 1


async def test_each_constraint_is_broken_once(shop: Shop) -> None:
    assert WRITTEN == ["idempotency_keys", "orders", "outbox"]
    assert await constraints(shop) == VIOLATIONS.keys() | UNREACHABLE


@pytest.mark.parametrize("with_keys", [True, False], ids=["with keys", "without"])
@pytest.mark.parametrize("broken", VIOLATIONS)
async def test_a_broken_constraint_refuses_its_own_command_alone(
    shop: Shop, commit: Committer, broken: str, with_keys: bool
) -> None:
    good = keyed()
    await commit(good)
    bad = VIOLATIONS[broken].of(good)
    neighbours = [keyed() for _ in range(63)]
    if not with_keys:
        neighbours = [OrderWrite(one.order, None) for one in neighbours]
        bad = bad if broken.startswith("idempotency_keys") else OrderWrite(bad.order, None)
    together = [*neighbours[:20], bad, *neighbours[20:]]
    ends: list[object] = []

    async def go() -> None:
        ends.extend(await asyncio.gather(*(commit(write) for write in together), return_exceptions=True))

    statements = await statements_of(go())
    refusal = ends.pop(20)
    assert isinstance(refusal, VIOLATIONS[broken].refused), repr(refusal)
    assert named(refusal) in {broken, None}
    assert statements <= 1 + 64
    assert ends == [None] * 63
    assert await written(shop, neighbours) == [(1, 1, int(with_keys))] * 63
    assert await written(shop, [good]) == [(1, 1, 1)]


def named(refusal: Exception) -> str | None:
    """The constraint by Postgres' word; None where it was not the one to refuse."""
    if not isinstance(refusal, psycopg.Error):
        return None
    return f"{refusal.diag.table_name}.{refusal.diag.constraint_name or refusal.diag.column_name}"


async def written(shop: Shop, writes: list[OrderWrite]) -> list[tuple[int, int, int]]:
    """Of each: how many orders, events and answers are there."""
    orders = [write.order.key for write in writes if write.order is not None]
    scopes = [write.claim for write in writes]
    rows = await shop.rows(
        "SELECT (SELECT count(*) FROM orders AS o WHERE o.order_id = one.order_id) AS orders,"
        " (SELECT count(*) FROM outbox WHERE aggregate_type = 'order' AND aggregate_id = one.order_id::text) AS events,"
        " (SELECT count(*) FROM idempotency_keys AS k WHERE k.scope = one.scope) AS answers"
        " FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS one (order_id, scope, n) ORDER BY n",
        orders,
        scopes,
    )
    return [(row["orders"], row["events"], row["answers"]) for row in rows]
