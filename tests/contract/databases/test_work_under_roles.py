"""Each process needs the rights of its role: without one of them its work fails.

That they are enough is seen where the ports' suites run: their real adapters log in as members of the roles.
"""

from collections.abc import Awaitable, Callable

import httpx
import psycopg
import pytest

from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.application.ports import OutboxUnavailable
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application.ports import Unavailable
from query_api.composition import build
from query_api.settings import Settings
from tests.contract.databases.logins import as_member
from tests.contract.events.story import commands, tell, written
from tests.integration.projector.conftest import GROUP
from tests.integration.query_api.running import PAGE_TOKEN_SECRET, running


async def test_the_whole_story_is_told_by_a_member_of_the_command_role(write_database_url: str) -> None:
    await tell(as_member(write_database_url, "orders_command"))
    assert len(written(write_database_url)) >= len(list(commands()))


@pytest.fixture
def query_url(read_database_url: str) -> str:
    """The read database as query-api has it."""
    return as_member(read_database_url, "orders_query")


async def test_query_api_is_ready_listens_and_tells_of_projections_as_its_role(query_url: str) -> None:
    parts = build(Settings(database_url=query_url, page_token_secret=PAGE_TOKEN_SECRET))
    async with running(parts) as started:  # which waits until it listens
        transport = httpx.ASGITransport(app=started.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            for path in ("/readyz", "/api/v1/projections"):
                answer = await client.get(path)
                assert answer.status_code == httpx.codes.OK, answer.text


def revoke(url: str, right: str) -> None:
    """Take a right away from a role."""
    with psycopg.connect(url) as owner:
        owner.execute(f"REVOKE {right}".encode())


async def _write(url: str) -> None:
    await tell(as_member(url, "orders_command"))


async def _number(url: str) -> None:
    outbox = PostgresOutbox(as_member(url, "orders_relay"))
    await outbox.open()
    try:
        await outbox.tick()
    finally:
        await outbox.close()


async def _begin_anew(url: str) -> None:
    store = PostgresReadStore(as_member(url, "orders_projector"), GROUP)
    try:
        await store.open(1, 1)
        await store.restart(2, 1)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("right", "work", "failure"),
    [
        ("INSERT (data) ON outbox FROM orders_command", _write, psycopg.errors.InsufficientPrivilege),
        ("UPDATE (on_hand) ON products FROM orders_command", _write, psycopg.errors.InsufficientPrivilege),
        ("SELECT ON outbox FROM orders_relay", _number, OutboxUnavailable),
        ("INSERT ON outbox_tick FROM orders_relay", _number, OutboxUnavailable),
    ],
)
async def test_without_one_right_the_work_on_the_write_side_fails(
    write_database_url: str, right: str, work: Callable[[str], Awaitable[None]], failure: type[Exception]
) -> None:
    revoke(write_database_url, right)
    with pytest.raises(failure, match="permission denied"):
        await work(write_database_url)


@pytest.mark.parametrize(
    "right",
    [
        "TRUNCATE ON g1.order_view FROM orders_projector",
        "DELETE ON g1.projection_heads FROM orders_projector",
        "UPDATE (epoch) ON g1.projection_checkpoint FROM orders_projector",
    ],
)
async def test_without_one_right_a_projector_cannot_begin_anew(read_database_url: str, right: str) -> None:
    revoke(read_database_url, right)
    with pytest.raises(Unavailable, match="permission denied"):
        await _begin_anew(read_database_url)
