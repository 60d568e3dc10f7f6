"""While a deployment rolls, readers of yesterday meet events of today, and the other way round."""

from typing import Any, Final, get_args

import msgspec
import orjson
import psycopg
import pytest

from orders_contracts import heads, replay, streams
from orders_contracts.codec import decode_event
from orders_contracts.heads import Heads
from orders_contracts.registry import WRITTEN
from orders_contracts.replay import ReplayRequest
from projector.adapters.postgres_parking import PostgresParking
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application import parking
from projector.application.log import Entry
from projector.application.projections.order_view import ORDER_VIEW
from tests.contract.events.applying import applied
from tests.contract.events.goldens import WRITTEN_TYPES, golden
from tests.contract.events.story import tell, written
from tests.contract.releases.contents import GENERATION, entries
from tests.contract.releases.records import releases
from tests.contract.releases.released_reader import ReleasedReader, released_reader
from tests.suites.projector_parked import Projector, older_version

RELEASES: Final = releases()
HEADS: Final = Heads(epoch=2, tick=7, sequences=(3, 0), logged=(4, 0), at="2026-11-22T09:14:03.118204Z")
REQUEST: Final = ReplayRequest(
    projection="g1", partition=1, epoch=2, first=8, count=100, reply_to=replay.reply_stream("g1", 1, "u")
)


@pytest.fixture(params=RELEASES, ids=lambda release: f"release {release.number}")
def yesterday(request: pytest.FixtureRequest) -> ReleasedReader:
    """A reader as it was released."""
    return released_reader(request.param)


def test_a_released_reader_is_another_one_than_that_of_today(yesterday: ReleasedReader) -> None:
    assert yesterday.streams is not streams
    assert yesterday.codec.decode_event.__globals__["REGISTRY"] is yesterday.registry.REGISTRY


@pytest.mark.parametrize("type_", WRITTEN_TYPES)
def test_a_reader_of_then_finds_what_it_knows_in_an_event_of_now_or_does_not_know_the_type(
    yesterday: ReleasedReader, type_: str
) -> None:
    if type_ not in yesterday.registry.REGISTRY:
        with pytest.raises(_unknown_to(yesterday, golden(type_))):
            yesterday.codec.decode_event(golden(type_))
        return
    envelope, data = yesterday.codec.decode_event(golden(type_))
    said = orjson.loads(golden(type_))
    assert _is_within(_json(data), said["data"])
    assert (str(envelope.id), envelope.subject, envelope.aggregateversion) == (
        said["id"],
        said["subject"],
        said["aggregateversion"],
    )


def test_fields_that_come_later_are_passed_over(yesterday: ReleasedReader) -> None:
    type_ = next(type_ for type_ in WRITTEN_TYPES if type_ in yesterday.registry.REGISTRY)
    event = orjson.loads(golden(type_))
    later = event | {"colour": "blue", "data": event["data"] | {"colour": {"deep": [1]}}}
    assert yesterday.codec.decode_event(orjson.dumps(later)).data == yesterday.codec.decode_event(golden(type_)).data


def test_heads_and_requests_cross_in_both_directions(yesterday: ReleasedReader) -> None:
    told = yesterday.heads.decode_heads(heads.encode_heads(HEADS))
    assert _is_within(_json(told), _json(HEADS))
    assert heads.decode_heads(yesterday.heads.encode_heads(told)).sequences == HEADS.sequences
    asked = yesterday.replay.decode_request(replay.encode_request(REQUEST))
    assert replay.decode_request(yesterday.replay.encode_request(asked)) == REQUEST


def test_both_look_for_the_same_keys(yesterday: ReleasedReader) -> None:
    then = yesterday
    assert (then.streams.HEADS, then.replay.REPLAY_REQUESTS) == (streams.HEADS, replay.REPLAY_REQUESTS)
    assert then.streams.events_stream(2, 5) == streams.events_stream(2, 5)
    assert then.streams.entry_id(77) == streams.entry_id(77)
    assert then.replay.reply_stream("g1", 1, "u") == replay.reply_stream("g1", 1, "u")
    for subject in ("019abcde-0001-7000-8000-00000000f00d", "TEA.ASSAM_100G"):
        assert then.streams.partition_of("order", subject, 8) == streams.partition_of("order", subject, 8)


async def test_what_a_reader_of_then_does_not_know_is_parked_and_applied_after_its_upgrade(
    yesterday: ReleasedReader, write_database_url: str, read_database_url: str
) -> None:
    await tell(write_database_url)
    log = list(entries([event for _, event in written(write_database_url)]))
    unknown = WRITTEN.keys() - yesterday.registry.REGISTRY.keys()
    store, lot = PostgresReadStore(read_database_url, GENERATION), PostgresParking(read_database_url, GENERATION)
    try:
        with older_version(*unknown):
            await Projector(store).apply(log)
        assert {event.type for event in await lot.parked(None)} >= unknown
        await parking.retry(lot, None)
        assert await lot.parked(None) == []
        assert _documents(read_database_url) == _documents_of(log)
    finally:
        await store.close()
        await lot.close()


def _unknown_to(reader: ReleasedReader, event: bytes) -> type[Exception]:
    """How a reader says that it does not know an event: by its type, or already by what kind of aggregate it is of."""
    known = get_args(reader.codec.AggregateType)
    of_a_new_kind = orjson.loads(event)["aggregatetype"] not in known
    return msgspec.ValidationError if of_a_new_kind else reader.codec.UnknownEventType


def _documents(read_database_url: str) -> list[Any]:
    with psycopg.connect(read_database_url, options=f"-csearch_path={GENERATION}") as connection:
        return [doc for (doc,) in connection.execute("SELECT doc::jsonb FROM order_view ORDER BY order_id")]


def _documents_of(log: list[Entry]) -> list[Any]:
    """The same orders, had all events been known from the start."""
    writes = applied([decode_event(entry.data) for entry in log])
    return [orjson.loads(row.doc) for row in sorted(writes.of(ORDER_VIEW), key=lambda row: row.order_id)]


def _json(data: Any) -> Any:
    return orjson.loads(msgspec.json.encode(data))


def _is_within(part: Any, whole: Any) -> bool:
    """Whether every field of `part` says in `whole` the same."""
    match part, whole:
        case dict(), dict():
            return all(name in whole and _is_within(value, whole[name]) for name, value in part.items())
        case list(), list():
            return len(part) == len(whole) and all(map(_is_within, part, whole))
        case _:
            return bool(part == whole)
