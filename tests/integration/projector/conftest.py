"""The projector's adapters on real engines, and the other ends of them."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import redis.asyncio as aioredis

from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, decode_request, reply_stream
from orders_contracts.streams import (
    FIELD_DATA,
    FIELD_EVENT_ID,
    FIELD_PREV,
    FIELD_TYPE,
    HEADS,
    HEADS_FIELD,
    entry_id,
    events_stream,
)
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.adapters.redis_stream import RedisEventStream
from projector.application.log import Entry
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.read_model import Kind, ReadModel
from tests.contract.databases.logins import as_member
from tests.contract.redis.users import as_redis_user
from tests.suites.projector_event_stream import COUNT

GROUP = "g1"
MOMENT = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""


class Publisher:
    """Writes streams as the relay does."""

    def __init__(self, url: str) -> None:
        self.client = aioredis.Redis.from_url(url)
        self._tick = 0

    async def put(self, partition: int, entries: Sequence[Entry]) -> None:
        """Publish `entries` in epoch 1."""
        await self._add(events_stream(1, partition), entries)

    async def _add(self, key: str, entries: Sequence[Entry]) -> None:
        async with self.client.pipeline(transaction=False) as pipe:
            for entry in entries:
                fields = {
                    FIELD_EVENT_ID: entry.event_id,
                    FIELD_TYPE: "told in the data too",
                    FIELD_PREV: entry.prev,
                    FIELD_DATA: entry.data,
                }
                pipe.xadd(key, fields, id=entry_id(entry.sequence))  # type: ignore[arg-type]
            await pipe.execute()

    async def reply(self, name: str, entries: Sequence[Entry]) -> None:
        """Answer a request for a replay."""
        await self._add(name, entries)

    async def replies(self) -> Collection[str]:
        """The names of the replies that are there."""
        keys: Any = await self.client.keys(reply_stream(GROUP, 0, "*"))
        return [key.decode() for key in keys]

    async def asked(self) -> Sequence[ReplayRequest]:
        """The requests for replays so far."""
        entries: Any = await self.client.xrange(REPLAY_REQUESTS)
        return [decode_request(fields[b"data"]) for _, fields in entries]

    async def say(self, heads: bytes) -> None:
        """Publish a heads entry."""
        self._tick += 1
        await self.client.xadd(HEADS, {HEADS_FIELD: heads}, id=f"{self._tick}-1", maxlen=1, approximate=False)

    async def group(self, partition: int) -> dict[str, object]:
        """What XINFO GROUPS says of the projection's group."""
        (group,) = await self.client.xinfo_groups(events_stream(1, partition))
        assert group["name"] in {GROUP, GROUP.encode()}
        return dict(group)

    async def shown(self, partition: int) -> int:
        """Where the group stands; -1 before it is made."""
        if not await self.client.xinfo_groups(events_stream(1, partition)):
            return -1
        last = (await self.group(partition))["last-delivered-id"]
        assert isinstance(last, bytes)
        return int(last.split(b"-")[0])


@dataclass
class RealStreamWorld(Publisher):
    """The stream under test, and its publisher."""

    stream: RedisEventStream
    url: str

    def __post_init__(self) -> None:
        super().__init__(self.url)


@dataclass
class RealStoreWorld:
    """The store under test, and a view from outside."""

    store: PostgresReadStore
    url: str

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the query finds."""
        async with await psycopg.AsyncConnection.connect(self.url, options="-csearch_path=g1") as connection:
            return await (await connection.execute(query)).fetchall()

    async def documents(self) -> dict[str, list[bytes]]:
        """The documents of each table, in key order."""
        found: dict[str, list[bytes]] = {}
        for model in READ_MODELS:
            key = ", ".join(column.name for column in model.key)
            rows = await self.rows(f"SELECT {_document(model)} FROM {model.table} ORDER BY {key}")
            found[model.table] = [str(doc).encode() for (doc,) in rows]
        return found

    async def heads(self) -> tuple[Sequence[int], str, str | None] | None:
        """The sequences, `at` and `applied_at` that are kept."""
        found = await self.rows(
            f"SELECT sequences, to_char(at, {MOMENT}), to_char(applied_at, {MOMENT}) FROM projection_heads"
        )
        if not found:
            return None
        sequences, at, applied_at = found[0]
        assert isinstance(sequences, list)
        return tuple(sequences), str(at), None if applied_at is None else str(applied_at)


def _document(model: ReadModel[Any]) -> str:
    """The document of a row; of one without, its columns."""
    if model.columns[-1].name == "doc":
        return "doc::text"
    columns = (
        f"to_char({name}, {MOMENT})" if kind is Kind.MOMENT else f"{name}::text" for name, kind, *_ in model.columns
    )
    return f"concat_ws('|', {', '.join(columns)})"


@pytest.fixture
async def stream_world(redis_url: str) -> AsyncIterator[RealStreamWorld]:
    """An empty Redis, read a few entries at a time."""
    projector = as_redis_user(redis_url, "projector")
    world = RealStreamWorld(RedisEventStream(projector, GROUP, count=COUNT, bite=COUNT), redis_url)
    yield world
    await world.stream.close()
    await world.client.aclose()


@pytest.fixture
async def store_world(read_database_url: str) -> AsyncIterator[RealStoreWorld]:
    """A migrated read database."""
    world = RealStoreWorld(
        PostgresReadStore(as_member(read_database_url, "orders_projector"), GROUP), read_database_url
    )
    yield world
    await world.store.close()
