"""Events that were ever released are read and applied by the code of today."""

from typing import Final

import orjson
import pytest

from orders_contracts.codec import decode_event
from orders_contracts.registry import REGISTRY, WRITTEN, name_of
from projector.application.projections.command_status import COMMAND_STATUS
from projector.application.projections.fold import Writes
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.contract.events.applying import applied, document_before, judged
from tests.contract.events.goldens import file_name, golden
from tests.contract.releases.records import Release, releases

RELEASES: Final = releases()
SAMPLES: Final = [
    pytest.param(release, name, id=f"{release.number}: {name.removesuffix('.json')}")
    for release in RELEASES
    for name in release.names("examples")
]
EVENTS: Final = {
    release.number: {
        event.envelope.type: event for event in map(decode_event, map(release.example, release.names("examples")))
    }
    for release in RELEASES
}

TOUCHED: Final = {"order": [1, 1, 1, 0, 0], "product": [0, 0, 0, 1, 0], "command": [0, 0, 0, 0, 1]}
"""How many rows of each table an event changes, by the type of its aggregate."""


@pytest.mark.parametrize(("release", "name"), SAMPLES)
def test_an_event_of_then_is_read_as_the_newest_version_of_it(release: Release, name: str) -> None:
    event = judged(release.example(name))
    assert event == decode_event(release.example(name))
    assert type(event.data) in WRITTEN.values()


@pytest.mark.parametrize(("release", "name"), SAMPLES)
def test_an_event_of_then_goes_through_every_projection(release: Release, name: str) -> None:
    event = decode_event(release.example(name))
    writes = applied([event], document_before(EVENTS[release.number], event))
    envelope = event.envelope
    orders = (writes.of(ORDER_VIEW), writes.of(ORDER_SUMMARY), writes.of(ORDER_HISTORY))
    tables = (*orders, writes.of(PRODUCT_VIEW), writes.of(COMMAND_STATUS))
    assert [len(table) for table in tables] == TOUCHED[envelope.aggregatetype]
    assert list(writes.changes) == [(envelope.aggregatetype, envelope.subject, envelope.aggregateversion)]
    versions = {orjson.loads(document)["version"] for document in _documents(writes)}
    assert versions | {row.version for row in writes.of(COMMAND_STATUS)} == {envelope.aggregateversion}


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_no_type_that_was_released_is_forgotten(release: Release) -> None:
    assert {file_name(type_) for type_ in REGISTRY} >= set(release.names("examples"))


@pytest.mark.parametrize(("release", "name"), SAMPLES)
def test_the_present_example_of_a_version_that_is_no_longer_written_is_the_released_one(
    release: Release, name: str
) -> None:
    type_ = orjson.loads(release.example(name))["type"]
    if type_ not in WRITTEN:
        assert golden(type_) == release.example(name)
        assert name_of(type_) in {model.__name__ for model in WRITTEN.values()}


def _documents(writes: Writes) -> list[bytes]:
    orders = [row.doc for row in writes.of(ORDER_VIEW)] + [row.doc for row in writes.of(ORDER_SUMMARY)]
    return orders + [row.doc for row in writes.of(ORDER_HISTORY)] + [row.doc for row in writes.of(PRODUCT_VIEW)]
