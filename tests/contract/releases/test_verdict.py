"""No schema may change so that what was written under it can no longer be read."""

from copy import deepcopy
from typing import Any, Final

import pytest

from tests.contract.compatibility import Verdict
from tests.contract.releases.records import releases
from tests.contract.releases.verdict import Row, present_schemas, released_schemas, rows

PAST: Final = {release.number: released_schemas(release) for release in releases()}
NAME: Final = "OrderItemAdded.v1.json"


def test_the_present_schemas_may_take_the_place_of_every_released_one() -> None:
    found = rows(present_schemas(), PAST)
    assert {row.name for row in found} >= {name.removesuffix(".json") for schemas in PAST.values() for name in schemas}
    assert [str(row) for row in found if row.is_fault] == []


def test_the_second_version_of_a_parcel_could_not_have_been_written_under_the_first() -> None:
    (row,) = [row for row in rows(present_schemas(), PAST) if (row.name, row.raised) == ("OrderShipped.v2", True)]
    assert (row.against, row.verdict) == ("version 1", Verdict.FORWARD)
    assert any("line_number" in reason for reason in row.reasons)
    assert not row.is_fault


def test_an_event_that_is_new_is_for_readers_that_are_deployed_first() -> None:
    with_more = present_schemas() | {"OrderPainted.v1.json": present_schemas()[NAME]}
    found = [row for row in rows(with_more, PAST) if row.name == "OrderPainted.v1"]
    assert [(row.against, row.verdict, row.is_fault) for row in found] == [
        (f"release {number}", Verdict.BACKWARD, False) for number in PAST
    ]
    assert all("parked" in str(row) for row in found)


def _changed(change: str) -> dict[str, Any]:
    schemas = deepcopy(present_schemas())
    data = schemas[NAME]
    match change:
        case "a field more that is always there":
            data["properties"]["colour"] = {"type": "string"}
            data["required"].append("colour")
        case "a field more that may be missing":
            data["properties"]["colour"] = {"type": "string"}
        case "a field less":
            del data["properties"]["sku"]
            data["required"].remove("sku")
        case "a field of another type":
            data["properties"]["quantity"] = {"type": "string"}
        case "another state":
            data["properties"]["status"]["enum"].append("LOST")
        case "gone":
            del schemas[NAME]
    return schemas


@pytest.mark.parametrize(
    ("change", "verdict", "fault", "said"),
    [
        ("a field more that is always there", Verdict.FORWARD, True, "/colour"),
        ("a field more that may be missing", Verdict.FULL, False, ""),
        ("a field less", Verdict.BACKWARD, False, "/sku"),
        ("a field of another type", Verdict.NONE, True, "/quantity"),
        ("another state", Verdict.FULL, False, ""),
        ("gone", Verdict.NONE, True, "gone"),
    ],
)
def test_a_change_is_told_with_its_reason(change: str, verdict: Verdict, fault: bool, said: str) -> None:
    found = rows(_changed(change), PAST)
    mine = [row for row in found if row.name == NAME.removesuffix(".json")]
    assert {(row.verdict, row.is_fault) for row in mine} == {(verdict, fault)}
    assert all(said in str(row) for row in mine)
    assert [row for row in found if row.is_fault and row not in mine] == []


def test_it_is_every_release_that_counts_and_not_the_last_one_only() -> None:
    bent = _changed("a field of another type")
    found = [row for row in rows(bent, {1: present_schemas(), 2: bent}) if row.name == NAME.removesuffix(".json")]
    assert [(row.against, row.verdict) for row in found] == [("release 1", Verdict.NONE), ("release 2", Verdict.FULL)]


def test_a_row_says_who_could_not_read_what() -> None:
    row = Row("A.v1", "release 1", Verdict.NONE, ["a reader of now, an event of then: /a: was a string"])
    assert str(row).splitlines() == [
        "A.v1                         release 1        NONE     raise the version",
        "    a reader of now, an event of then: /a: was a string",
    ]
