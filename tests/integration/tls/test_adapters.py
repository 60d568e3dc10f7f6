"""Every adapter goes to its engine over TLS, and turns round before a server that cannot prove its name."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from command_api.migrations.run import migrate as migrate_write
from outbox_relay.adapters import redis_stream, renumbering
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.adapters.replay_streams import RedisRequests
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.redis_members import RedisMembers
from projector.adapters.redis_stream import RedisEventStream
from query_api.adapters.postgres.database import conninfo_of
from query_api.migrations.run import migrate as migrate_read
from tests.conftest import PARTITIONS
from tests.integration.tls.conftest import Tls

Use = Callable[[str], Awaitable[object]]


async def relay_stream(url: str) -> object:
    async with redis_stream.connect(url) as client:
        return await RedisStream(client, 100).last(1, [0])


async def relay_requests(url: str) -> object:
    return await closing(RedisRequests(url), lambda requests: requests.read(0))


async def projector_stream(url: str) -> object:
    return await closing(RedisEventStream(url, "g1", count=1), lambda stream: stream.read(1, {0: 0}, wait_seconds=0))


async def projector_bookmarks(url: str) -> object:
    return await closing(RedisEventStream(url, "g1", count=1), lambda stream: stream.bookmark(1, {0: 0}))


async def projector_members(url: str) -> object:
    return await closing(RedisMembers(url, "projector:g1", "me"), lambda members: members.beat())


async def relay_outbox(url: str) -> object:
    return await closing(PostgresOutbox(url), lambda outbox: outbox.open())


async def relay_verb(url: str) -> object:
    return renumbering.new_epoch(url)


async def command_verb(url: str) -> object:
    migrate_write(url, PARTITIONS)
    return None


async def projector_store(url: str) -> object:
    return await closing(PostgresReadStore(url, "g1"), lambda store: store.open(1, 1))


async def query_connection(url: str) -> object:
    async with await psycopg.AsyncConnection.connect(conninfo_of(url, "g1")) as connection:
        return await connection.execute("SELECT 1 FROM order_view")


async def query_verb(url: str) -> object:
    return migrate_read(url)


async def closing(part: Any, use: Callable[[Any], Awaitable[object]]) -> object:
    """Use a part once, and close it whatever comes of it."""
    try:
        return await use(part)
    finally:
        await part.close()


USES: Final[dict[str, tuple[Use, ...]]] = {
    "redis": (relay_stream, relay_requests, projector_stream, projector_bookmarks, projector_members),
    "write": (relay_outbox, relay_verb, command_verb),
    "read": (projector_store, query_connection, query_verb),
}
CASES: Final = [pytest.param(engine, use, id=use.__name__) for engine, uses in USES.items() for use in uses]


def url_of(tls: Tls, engine: str, **other: Any) -> str:
    """The URL of this engine over TLS; `other` is a host, or the file of an authority."""
    make: Callable[..., str] = getattr(tls, f"{engine}_url")
    return make(**other)


@pytest.mark.parametrize(("engine", "use"), CASES)
async def test_a_server_that_proves_its_name_is_gone_to_over_tls(tls: Tls, engine: str, use: Use) -> None:
    await use(url_of(tls, engine))
    assert getattr(tls, engine).encrypted > 0


@pytest.mark.parametrize(("engine", "use"), CASES)
async def test_a_server_that_an_unknown_authority_vouches_for_is_refused(tls: Tls, engine: str, use: Use) -> None:
    with pytest.raises(Exception, match=r"(?i)certificate.verify.failed"):
        await use(url_of(tls, engine, authority=tls.stranger))


@pytest.mark.parametrize(("engine", "use"), CASES)
async def test_a_server_of_another_name_is_refused(tls: Tls, engine: str, use: Use) -> None:
    with pytest.raises(Exception, match=r"(?i)does not match|mismatch|not valid for '127.0.0.1'"):
        await use(url_of(tls, engine, host="127.0.0.1"))


async def test_whoever_asks_for_no_tls_gets_nothing(tls: Tls, tmp_path: Path) -> None:
    plain = tls.write_url().replace("verify-full", "disable")
    with pytest.raises(psycopg.OperationalError):
        await query_connection(plain)
    with pytest.raises(Exception, match="redis"):
        await relay_stream(tls.redis_url().replace("rediss", "redis").partition("?")[0])
