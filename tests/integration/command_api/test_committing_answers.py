"""Answers to callers with an idempotency key in commits of many: each with its command, none at a neighbour's cost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from command_api.adapters.postgres.committer import Committer
from command_api.adapters.postgres.order_writes import OrderWrite
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.writes import Write
from command_api.application.errors import KeyTaken, VersionConflict
from command_api.application.idempotency import Answer, StoredAnswer
from tests.integration.command_api.shop import Shop
from tests.integration.command_api.test_committing import BAD, order_write

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=4, wait_seconds=5)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def commit(database: Database) -> Committer:
    return Committer(database)


def answer(scope: bytes | None = None, **changed: Any) -> StoredAnswer:
    """A well-formed answer under a key of its own, but for what is `changed`."""
    told = Answer(**{"status": 200, "headers": {}, "body": b"{}", **changed})
    return StoredAnswer(scope=scope or uuid4().bytes * 2, fingerprint=bytes(32), answer=told)


def keyed(order: Write | None = None, scope: bytes | None = None) -> OrderWrite:
    """A write of a new order, with an answer."""
    return OrderWrite(order or order_write(), answer(scope))


async def ends_of(commit: Committer, *writes: OrderWrite) -> list[object]:
    """How each ended, when all but the first went together."""
    return await asyncio.gather(*(commit(write) for write in writes), return_exceptions=True)


async def found(shop: Shop, *writes: OrderWrite) -> list[tuple[bool, bool, bool]]:
    """Of each: whether its order is there, whether its events are, and whether its answer is."""
    orders = [write.order.key for write in writes if write.order is not None]
    scopes = [write.claim for write in writes]
    there = {row["order_id"] for row in await shop.rows("SELECT order_id FROM orders WHERE order_id = ANY(%s)", orders)}
    logged = await shop.rows("SELECT aggregate_id FROM outbox WHERE aggregate_id = ANY(%s)", list(map(str, orders)))
    answered = await shop.rows("SELECT scope FROM idempotency_keys WHERE scope = ANY(%s)", scopes)
    return [
        (
            write.order is not None and write.order.key in there,
            write.order is not None and {"aggregate_id": str(write.order.key)} in logged,
            {"scope": write.claim} in answered,
        )
        for write in writes
    ]


async def test_commands_with_and_without_keys_and_answers_alone_go_together(shop: Shop, commit: Committer) -> None:
    writes = [keyed(), OrderWrite(order_write(), None), keyed(), OrderWrite(None, answer()), keyed()]
    assert await ends_of(commit, *writes) == [None] * 5
    all_three = (True, True, True)
    assert await found(shop, *writes) == [all_three, (True, True, False), all_three, (False, False, True), all_three]


async def test_answers_go_together_without_any_order(shop: Shop, commit: Committer) -> None:
    writes = [OrderWrite(None, answer()) for _ in range(5)]
    assert await ends_of(commit, *writes) == [None] * 5
    assert await found(shop, *writes) == [(False, False, True)] * 5


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_row_takes_neither_its_neighbours_nor_their_answers_with_it(
    shop: Shop, commit: Committer, bad: Callable[[], Write]
) -> None:
    writes = [keyed() for _ in range(63)]
    writes.insert(5, keyed(bad()))
    ends = await ends_of(commit, *writes)
    assert isinstance(ends.pop(5), psycopg.Error | UnicodeEncodeError)
    assert ends == [None] * 63
    there = await found(shop, *writes)
    assert there.pop(5) == (False, False, False)
    assert there == [(True, True, True)] * 63


@pytest.mark.parametrize("bad", [{"status": 100_000}, {"body": b"{"}, {"body": b'"\\ud800'}, {"status": None}], ids=str)
async def test_a_bad_answer_does_not_take_its_neighbours_with_it(
    shop: Shop, commit: Committer, bad: dict[str, Any]
) -> None:
    writes = [keyed() for _ in range(9)]
    writes.insert(5, OrderWrite(order_write(), answer(**bad)))
    ends = await ends_of(commit, *writes)
    assert isinstance(ends.pop(5), psycopg.Error)
    assert ends == [None] * 9
    there = await found(shop, *writes)
    assert there.pop(5) == (False, False, False)
    assert there == [(True, True, True)] * 9


async def test_of_two_with_one_key_in_a_batch_only_the_first_is_written(shop: Shop, commit: Committer) -> None:
    scope = uuid4().bytes * 2
    writes = [keyed(), keyed(), keyed(scope=scope), keyed(scope=scope), OrderWrite(None, answer(scope)), keyed()]
    ends = await ends_of(commit, *writes)
    assert [type(end) for end in ends] == [type(None)] * 3 + [KeyTaken] * 2 + [type(None)]
    assert [there for there, *_ in await found(shop, *writes)] == [True, True, True, False, False, True]


async def test_a_key_that_is_written_already_bars_its_own_command_only(shop: Shop, commit: Committer) -> None:
    scope = uuid4().bytes * 2
    await commit(OrderWrite(None, answer(scope)))
    draft = order_write()
    await commit(OrderWrite(draft, None))
    writes = [keyed(), keyed(), keyed(scope=scope), keyed(next_version(draft), scope), keyed()]
    ends = await ends_of(commit, *writes)
    assert [type(end) for end in ends] == [type(None)] * 2 + [KeyTaken] * 2 + [type(None)]
    assert [there for there, *_ in await found(shop, *writes)] == [True, True, False, True, True]
    assert len(await shop.log(str(draft.key))) == 1
    assert await shop.rows("SELECT version FROM orders WHERE order_id = %s", draft.key) == [{"version": 1}]


async def test_a_key_that_somebody_is_writing_is_not_waited_for(shop: Shop, commit: Committer) -> None:
    scope = uuid4().bytes * 2
    async with shop.database.transaction():
        await shop.rows("SELECT pg_advisory_xact_lock(%s)", int.from_bytes(scope[:8], signed=True))
        async with asyncio.timeout(3):
            ends = await ends_of(commit, keyed(), keyed(scope=scope), keyed())
    assert [type(end) for end in ends] == [type(None), KeyTaken, type(None)]


async def test_a_version_that_has_passed_leaves_no_answer(shop: Shop, commit: Committer) -> None:
    draft = order_write()
    await commit(keyed(draft))
    late = keyed(next_version(draft, expected=7))
    again = keyed(draft)
    writes = [keyed(), keyed(), late, again, keyed(next_version(draft)), keyed()]
    await commit(writes[0])
    ends = await ends_of(commit, *writes[1:3], writes[5])
    assert [type(end) for end in ends] == [type(None), VersionConflict, type(None)]
    ends = await ends_of(commit, keyed(), again, keyed())
    assert [type(end) for end in ends] == [type(None), VersionConflict, type(None)]
    await commit(writes[4])
    answered = [kept for *_, kept in await found(shop, *writes)]
    assert answered == [True, True, False, False, True, True]
    assert [row["version"] for row in await shop.log(str(draft.key))] == [1, 2]


def next_version(draft: Write, expected: int = 1) -> Write:
    """The second version of an order, for where `expected` stands."""
    changed = order_write(row_version=2, row_expected=expected, event_version=2, event_aggregate_id=str(draft.key))
    return Write(draft.key, (draft.key, *changed.row[1:]), changed.events)


async def test_a_key_is_free_again_where_its_command_was_undone(shop: Shop, commit: Committer) -> None:
    scope = uuid4().bytes * 2
    bad = order_write(row_state=RawJson(b"{"))
    ends = await ends_of(commit, keyed(), keyed(bad, scope), keyed())
    assert [isinstance(end, psycopg.Error) for end in ends] == [False, True, False]
    good = keyed(scope=scope)
    await commit(good)
    assert await found(shop, good) == [(True, True, True)]
