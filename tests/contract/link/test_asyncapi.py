"""The streams' document is valid, made from the code as it is, and true of what relays and readers really write."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import orjson
import pytest
import redis

from orders_contracts.asyncapi.document import document, printed
from orders_contracts.asyncapi.meanings import MEANINGS, notes
from orders_contracts.codec import decode_event
from orders_contracts.heads import Heads
from orders_contracts.members import members_key
from orders_contracts.registry import REGISTRY, WRITTEN
from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, reply_stream
from orders_contracts.schema import documents
from orders_contracts.streams import HEADS, NO_EVENT, events_stream
from outbox_relay.adapters.redis_members import SERVICE, RedisMembers
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.adapters.replay_streams import RedisReplies
from outbox_relay.application.ports import Batch, Last
from outbox_relay.application.replay_ports import Piece
from outbox_relay.settings import Settings
from projector.adapters.redis_stream import RedisEventStream
from tests.contract.events.goldens import TYPES, file_name, golden
from tests.contract.link.streams_document import PUBLISHED, committed, faults, objections, references, target

DOCUMENT: Final = committed()
MESSAGES: Final = DOCUMENT["components"]["messages"]
ROWS: Final = [(5, str(decode_event(golden(type_)).envelope.id), type_, golden(type_)) for type_ in TYPES]
REPLY: Final = reply_stream("g1", 5, "one")


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert orjson.loads(printed(document())) == DOCUMENT, "run: python -m orders_contracts.asyncapi"


def test_the_published_schema_is_the_one_that_was_published() -> None:
    digest = hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()
    assert f"`{digest}`" in PUBLISHED.with_name("README.md").read_text("utf-8")


def test_the_document_obeys_the_published_schema() -> None:
    assert faults(DOCUMENT) == []


@pytest.mark.parametrize(
    ("path", "wrong", "fault"),
    [
        (("asyncapi",), "3.9.9", "asyncapi"),
        (("info",), {"title": "no version"}, "info"),
        (("chanels",), {}, ""),
        (("channels", "heads", "adress"), "cqrs:heads", "channels/heads"),
        (("channels", "events", "parameters", "epoch", "schema"), {}, "channels/events"),
        (("operations", "publishEvents", "action"), "publish", "operations/publishEvents"),
        (("operations", "serveReplays", "reply", "address"), {}, "operations/serveReplays"),
        (("components", "messages", "Heads", "examples"), {}, "components/messages/Heads"),
        (("servers", "redis", "protocol"), 6379, "servers/redis"),
    ],
)
def test_a_fault_is_refused_by_the_published_schema(path: tuple[str, ...], wrong: object, fault: str) -> None:
    spoilt = committed()
    place = spoilt
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert set(faults(spoilt)) == {fault}


def test_every_reference_leads_to_something() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > len(REGISTRY) * 3
    assert all(target(reference, DOCUMENT) for reference in found)
    files = {reference.rpartition("/")[2] for reference in found if not reference.startswith("#")}
    assert files == documents().keys()


@pytest.mark.parametrize("reference", ["#/components/messages/Nothing", "../../libs/Nothing.v1.json", "#/channels/x"])
def test_a_reference_that_leads_nowhere_is_found(reference: str) -> None:
    assert list(references({"a": [{"b": {"$ref": reference}}], "examples": [{"$ref": "none"}]})) == [reference]
    with pytest.raises((KeyError, OSError)):
        target(reference, DOCUMENT)


def test_there_is_one_message_for_each_event_type_and_both_streams_carry_them() -> None:
    events = {name: message for name, message in MESSAGES.items() if message["name"].startswith("orders.")}
    assert [message["name"] for message in events.values()] == list(REGISTRY)
    assert {message["name"] for message in events.values() if message["x-written"]} == WRITTEN.keys()
    assert DOCUMENT["channels"]["events"]["messages"].keys() == DOCUMENT["channels"]["replies"]["messages"].keys()
    assert list(DOCUMENT["channels"]["events"]["messages"]) == list(events)


@pytest.mark.parametrize(
    ("channel", "made"),
    [
        ("events", lambda: events_stream(7, 3)),
        ("heads", lambda: HEADS),
        ("replayRequests", lambda: REPLAY_REQUESTS),
        ("replies", lambda: reply_stream("notifier", 3, "one")),
        ("members", lambda: members_key("projector:g1")),
    ],
)
def test_a_key_is_what_the_code_makes_of_its_parameters(channel: str, made: Callable[[], str]) -> None:
    given = {"epoch": 7, "partition": 3, "projection": "notifier", "unique": "one", "service": "projector:g1"}
    key = DOCUMENT["channels"][channel]["address"] or DOCUMENT["channels"][channel]["x-redis"]["key"]
    assert key.format(**given) == made()
    if DOCUMENT["channels"][channel]["address"]:
        named = set(re.findall(r"{(\w+)}", key))
        assert DOCUMENT["channels"][channel].get("parameters", {}).keys() == named


def test_every_key_that_the_document_names_is_one_of_its_channels() -> None:
    text = printed(DOCUMENT).decode()
    keys = {channel["address"] or channel["x-redis"]["key"] for channel in DOCUMENT["channels"].values()}
    keys |= {example["payload"]["reply_to"] for example in MESSAGES["ReplayRequest"]["examples"]} | {"^cqrs:replay:"}
    assert set(re.findall(r"\^?cqrs:[\w:{}-]+", text)) <= keys


def test_a_field_without_a_meaning_is_found_and_no_meaning_is_left_over() -> None:
    used = {name for file in documents().values() for name in _fields(orjson.loads(file))}
    titled = {key for key in MEANINGS if "." in key}
    assert titled <= used
    assert MEANINGS.keys() - titled <= {name.partition(".")[2] for name in used}
    with pytest.raises(KeyError, match="colour"):
        notes({"title": "Line", "type": "object", "properties": {"colour": {"type": "string"}}})


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_obeys_its_message(name: str) -> None:
    for example in MESSAGES[name]["examples"]:
        for part, value in example.items():
            assert objections(MESSAGES[name], part, value, DOCUMENT) == []


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("headers", {"type": "orders.OrderConfirmed.v1"}),
        ("headers", {"event_id": "7"}),
        ("payload", {"type": "orders.OrderConfirmed.v1"}),
        ("payload", {"id": "7"}),
        ("payload", {"data": {}}),
        ("payload", {"colour": "blue"}),
    ],
)
def test_an_example_that_does_not_obey_is_found(part: str, change: dict[str, object]) -> None:
    message = MESSAGES["OrderCreated.v1"]
    assert objections(message, part, message["examples"][0][part] | change, DOCUMENT) != []


def test_what_the_document_says_of_settings_is_their_default() -> None:
    kept = DOCUMENT["channels"]["events"]["x-redis"]["kept"]
    for name in ("stream_length", "stream_window"):
        assert re.search(rf"{Settings.model_fields[name].default:,}\D*\(OUTBOX_RELAY_{name.upper()}\)", kept)


@pytest.fixture
async def relay(redis_url: str) -> AsyncIterator[RedisStream]:
    """The relay's end of the link, with every golden event published and replayed, and heads told."""
    async with connect(redis_url) as client:
        stream = RedisStream(client, length=1_000)
        assert await stream.publish(3, [Batch(5, Last("0-0", ""), 1, NO_EVENT, ROWS)]) == [None]
        assert await RedisReplies(client).write(REPLY, Piece(1, NO_EVENT, ROWS), 0)
        heads = Heads(epoch=3, tick=41, sequences=(len(ROWS),), at="2026-11-22T09:14:03.000001Z")
        assert await stream.announce(heads) is None
        await RedisMembers(client, "host:1:a").beat()
        yield stream


@pytest.mark.usefixtures("relay")
async def test_what_relays_and_readers_write_is_what_the_document_says(redis_url: str) -> None:
    reader = RedisEventStream(redis_url, "g1", count=100)
    request = ReplayRequest(projection="g1", partition=5, epoch=3, first=1, count=10, reply_to=REPLY)
    await reader.ask([request], ())
    await reader.bookmark(3, {5: 2})
    await reader.close()
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        for key, channel in ((events_stream(3, 5), "events"), (REPLY, "replies")):
            entries: Any = client.xrange(key)
            assert [entry for entry, _ in entries] == [f"{number}-0" for number in range(1, len(ROWS) + 1)]
            for (_, fields), (_, _, type_, _) in zip(entries, ROWS, strict=True):
                _assert_obeys(file_name(type_).removesuffix(".json"), channel, fields)
        for key, channel, name in ((HEADS, "heads", "Heads"), (REPLAY_REQUESTS, "replayRequests", "ReplayRequest")):
            ((entry, fields),) = client.xrange(key)
            _assert_obeys(name, channel, fields)
            assert entry.startswith("41-" if channel == "heads" else "1")
        assert (client.type(members_key(SERVICE)), client.ttl(REPLY) > 0) == ("zset", True)
        assert client.zrange(members_key(SERVICE), 0, -1) == ["host:1:a"]
        channels = DOCUMENT["channels"].values()
        assert len(client.keys("cqrs:*")) == len(channels)


def _assert_obeys(name: str, channel: str, fields: dict[str, str]) -> None:
    said = DOCUMENT["channels"][channel]["x-redis"]["fields"]
    assert fields.keys() == said.keys()
    headers = {field: value for field, value in fields.items() if said[field] == "header"}
    (payload,) = (value for field, value in fields.items() if said[field] != "header")
    assert objections(MESSAGES[name], "payload", orjson.loads(payload), DOCUMENT) == []
    if headers:
        assert objections(MESSAGES[name], "headers", headers, DOCUMENT) == []


def _fields(schema: dict[str, Any]) -> set[str]:
    models = [schema, *schema.get("$defs", {}).values()]
    return {f"{model['title']}.{name}" for model in models for name in model["properties"]}
