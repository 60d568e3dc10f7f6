"""Every event type has a schema and an example, both as the code has them today."""

import re
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from orders_contracts.codec import decode_event, encode_event
from orders_contracts.envelope import SOURCE
from orders_contracts.registry import REGISTRY, WRITTEN, name_of, schema_uri
from orders_contracts.schema import documents
from tests.contract.events.goldens import (
    TYPES,
    WRITTEN_TYPES,
    faults,
    faults_of_event,
    file_name,
    golden,
    names,
    printed,
    schema,
)
from tests.contract.events.metadata import metadata_of

_REQUIRED_BY_CLOUDEVENTS: Final = {"id", "source", "specversion", "type"}
_ATTRIBUTE: Final = re.compile(r"[a-z0-9]{1,20}")
each_type: Final = pytest.mark.parametrize("type_", TYPES)


def test_no_schema_is_missing_and_none_is_left_over() -> None:
    assert names("schemas") == {"Envelope.v1.json", "Heads.v1.json", "ReplayRequest.v1.json", *map(file_name, REGISTRY)}


def test_no_example_is_missing_and_none_is_left_over() -> None:
    assert names("examples") == set(map(file_name, REGISTRY))


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_committed_schema_is_the_one_that_the_models_make(name: str) -> None:
    assert schema(name) == orjson.loads(documents()[name]), "run: python -m orders_contracts.schema"


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_schema_is_closed_at_every_depth(name: str) -> None:
    document = schema(name)
    jsonschema_rs.meta.validate(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == schema_uri(*_name_and_version(name))
    for part in (document, *document.get("$defs", {}).values()):
        assert part["type"] == "object"
        assert part["additionalProperties"] is False


@each_type
def test_an_example_obeys_its_schema(type_: str) -> None:
    assert faults_of_event(golden(type_)) == []


@pytest.mark.parametrize("type_", WRITTEN_TYPES)
def test_an_example_is_read_and_written_again_to_the_byte(type_: str) -> None:
    event = decode_event(golden(type_))
    assert type(event.data) is REGISTRY[type_]
    assert encode_event(metadata_of(event.envelope), event.data) == golden(type_)
    assert orjson.loads(printed(golden(type_))) == orjson.loads(golden(type_))


@each_type
def test_an_example_of_any_version_is_read_as_the_newest_one(type_: str) -> None:
    event = decode_event(golden(type_))
    assert event.envelope.type == type_
    assert type(event.data) in WRITTEN.values()
    assert type(event.data).__name__ == name_of(type_)


@each_type
def test_an_example_is_a_cloud_event(type_: str) -> None:
    attributes = orjson.loads(golden(type_))
    data = attributes.pop("data")
    assert isinstance(data, dict)
    assert all(isinstance(attributes[name], str) and attributes[name] for name in _REQUIRED_BY_CLOUDEVENTS)
    assert all(_ATTRIBUTE.fullmatch(name) for name in attributes)
    assert None not in attributes.values()
    assert (attributes["specversion"], attributes["type"], attributes["source"]) == ("1.0", type_, SOURCE)
    assert attributes["datacontenttype"] == "application/json"
    assert attributes["dataschema"] == schema(file_name(type_))["$id"]
    assert attributes["subject"] == attributes["partitionkey"]


@each_type
def test_the_schema_refuses_what_it_does_not_name_and_misses_what_it_does(type_: str) -> None:
    data = orjson.loads(golden(type_))["data"]
    assert any("colour" in fault for fault in faults(file_name(type_), data | {"colour": "blue"}))
    for name in data:
        without = {key: value for key, value in data.items() if key != name}
        assert any(f'"{name}" is a required property' in fault for fault in faults(file_name(type_), without))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id", "7"),
        ("time", "yesterday"),
        ("aggregatetype", "customer"),
        ("aggregateversion", "1"),
        ("subject", None),
        ("colour", "blue"),
    ],
)
def test_the_envelope_schema_refuses_a_wrong_attribute(name: str, wrong: object) -> None:
    envelope = orjson.loads(golden("orders.OrderCreated.v1"))
    assert faults("Envelope.v1.json", envelope) == []
    assert len(faults("Envelope.v1.json", envelope | {name: wrong})) == 1


@pytest.mark.parametrize("field", ["status", "payment_status", "fulfilment_status", "return_status"])
def test_the_schema_of_an_order_event_names_every_state(field: str) -> None:
    data: dict[str, Any] = orjson.loads(golden("orders.OrderConfirmed.v1"))["data"]
    for state in schema("OrderConfirmed.v1.json")["properties"][field]["enum"]:
        assert faults("OrderConfirmed.v1.json", data | {field: state}) == []
    assert faults("OrderConfirmed.v1.json", data | {field: "LOST"}) != []


def _name_and_version(name: str) -> tuple[str, int]:
    stem, version, _ = name.split(".")
    return stem, int(version[1:])
