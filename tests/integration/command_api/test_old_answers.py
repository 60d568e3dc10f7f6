"""Answers are kept for as long as they have to be, and then go in small batches, by whichever replica is free."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from command_api import composition
from command_api.adapters.postgres.answer_statements import DROP_ANSWERS
from command_api.adapters.postgres.answers import Answers
from command_api.adapters.postgres.pool import Database, fetch
from command_api.settings import Settings
from tests.contract.databases.logins import as_member
from tests.integration.command_api.shop import Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILL = (
    "INSERT INTO idempotency_keys SELECT sha256(%s::text::bytea || n::text::bytea), '', 200, '{}', '{}',"
    " now() - %s * interval '1 hour' - n * interval '1 second' FROM generate_series(1, %s) n RETURNING 1 AS one"
)


async def fill(shop: Shop, hours: float, count: int) -> None:
    """Answers that are so old, a second more each."""
    await shop.rows(FILL, str(uuid4()), hours, count)


async def left(shop: Shop) -> int:
    (row,) = await shop.rows("SELECT count(*) AS answers FROM idempotency_keys")
    return int(row["answers"])


@pytest_asyncio.fixture(loop_scope="module")
async def database(shop: Shop, database_url: str) -> AsyncIterator[Database]:
    """As the service has it; no answer is there."""
    await shop.rows("DELETE FROM idempotency_keys RETURNING 1 AS one")
    database = Database(as_member(database_url, "orders_command"), size=4, wait_seconds=5)
    await database.open()
    yield database
    await database.close()


async def test_what_is_younger_is_kept(shop: Shop, database: Database) -> None:
    await fill(shop, 23.9, 5)
    await fill(shop, 24, 7)
    assert await Answers(database).drop_old(24) is False
    assert await left(shop) == 5
    assert await Answers(database).drop_old(25) is False
    assert await left(shop) == 5


async def test_they_go_in_batches_the_oldest_first(shop: Shop, database: Database) -> None:
    await fill(shop, 30, 10)
    await fill(shop, 48, 2_400)
    answers = Answers(database)
    assert [await answers.drop_old(24) for _ in range(3)] == [True, True, False]
    assert await left(shop) == 0
    await fill(shop, 30, 10)
    await fill(shop, 48, 995)
    assert await answers.drop_old(24) is True
    assert await left(shop) == 5
    assert (
        await shop.rows("SELECT 1 AS one FROM idempotency_keys WHERE answered_at < now() - interval '40 hours'") == []
    )


async def test_while_one_replica_is_at_it_the_others_leave_it_alone(shop: Shop, database: Database) -> None:
    await fill(shop, 30, 20)
    async with database.connection() as rival, rival.transaction():
        assert await fetch(rival, DROP_ANSWERS, {"hours": 24, "most": 5}) == [(5,)]
        assert await Answers(database).drop_old(24) is False
        assert await left(shop) == 20
    assert await left(shop) == 15
    await asyncio.gather(*(Answers(database).drop_old(24) for _ in range(3)))
    assert await left(shop) == 0


async def test_a_key_whose_answer_has_gone_is_free(shop: Shop, database: Database) -> None:
    key, body = str(uuid4()), {"customer_id": str(uuid4())}
    first = await shop.call("POST", "/orders", body, Idempotency_Key=key)
    await shop.rows("UPDATE idempotency_keys SET answered_at = now() - interval '25 hours' RETURNING 1 AS one")
    again = await shop.call("POST", "/orders", body, Idempotency_Key=key)
    assert again.content == first.content
    await Answers(database).drop_old(24)
    other = await shop.call("POST", "/orders", body, Idempotency_Key=key)
    assert other.status_code == 201
    assert "idempotent-replayed" not in other.headers
    assert other.json()["order_id"] != first.json()["order_id"]


async def test_the_service_drops_them_by_itself(
    shop: Shop, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(shop, 49, 1_500)
    await fill(shop, 47, 3)
    monkeypatch.setattr(composition.beside, "_SWEEP_SECONDS", 0.02)
    settings = Settings(database_url=as_member(database_url, "orders_command"), idempotency_key_hours=48)
    async with open_shop(composition.application(settings), database_url):
        await until_left(shop, 3)


async def until_left(shop: Shop, count: int, within: float = 10) -> None:
    """Wait until so many answers are left; AssertionError when they are not in time (seconds)."""
    deadline = asyncio.get_running_loop().time() + within
    while (now := await left(shop)) != count:
        assert asyncio.get_running_loop().time() < deadline, f"{now} are left"
