"""The projector's NOTIFY is what query-api listens for: a read that waits is woken by the commit it waits for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from orders_contracts.codec import Event, decode_event
from orders_contracts.consistency import ConsistencyToken
from orders_contracts.envelope import AggregateType
from orders_contracts.streams import NO_EVENT
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application.log import Checkpoint, Entry, Move, Slice
from projector.application.projections.fold import fold
from query_api.adapters.postgres import live
from query_api.adapters.postgres.change_feed import PostgresChangeFeed
from query_api.adapters.postgres.database import conninfo_of
from query_api.application.waiting_room import WaitingRoom
from tests.contract.events.goldens import golden
from tests.suites.beside import beside

GENERATION = "g1"
EVENTS = [
    decode_event(golden(type_))
    for type_ in ("orders.OrderCreated.v1", "orders.StockShipped.v1", "orders.CommandFailed.v1")
]


@pytest.fixture
async def store(read_database_url: str) -> AsyncIterator[PostgresReadStore]:
    """The projector's way into the read database, with its checkpoints at 0."""
    store = PostgresReadStore(read_database_url, GENERATION)
    await store.open(1, 2)
    yield store
    await store.close()


@pytest.fixture
async def room(read_database_url: str) -> AsyncIterator[WaitingRoom]:
    """query-api's waiting room, with its ear at the read database."""
    room = WaitingRoom(10)
    feed = PostgresChangeFeed(conninfo_of(read_database_url, live.SCHEMA), room)
    async with beside(feed.run()):
        await _until(lambda: feed.connected)
        yield room


@pytest.mark.parametrize("event", EVENTS, ids=["order", "product", "command"])
async def test_a_waiting_read_is_woken_by_the_commit(store: PostgresReadStore, room: WaitingRoom, event: Event) -> None:
    with room.place(_token(event)) as place, room.place(_token(event, versions_more=1)) as patient:
        for waiting in (place, patient):
            waiting.listen_anew()
        await _apply(store, event)
        assert await place.called_within(10)
        assert not await patient.called_within(0)


def _token(event: Event, versions_more: int = 0) -> ConsistencyToken:
    kind: AggregateType = event.envelope.aggregatetype
    return ConsistencyToken(kind, event.envelope.subject, event.envelope.aggregateversion + versions_more)


async def _apply(store: PostgresReadStore, event: Event) -> None:
    event_id = str(event.envelope.id)
    piece = Slice(0, Checkpoint(0, NO_EVENT), [event], [Entry(1, event_id, NO_EVENT, b"")])
    missed = await store.apply(1, [Move(0, 0, Checkpoint(1, event_id))], [], partial(fold, [piece]))
    assert not missed


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - the connection is made by the part under test
            await asyncio.sleep(0.005)
