"""How the verbs about parked events are called, and what they show."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from projector.__main__ import app
from projector.application.log import UNKNOWN, Aggregate, ParkedEvent
from projector.entrypoints.parked import aggregate_of, as_json, as_table, name_of

EVENTS = [
    ParkedEvent(0, 7, "e-7", Aggregate("order", "o-1"), 2, "orders.OrderShipped.v2", b"{}", "unknown type", "then"),
    ParkedEvent(1, 9, "e-9", UNKNOWN, None, "", b"", "cannot be read: at all", "later"),
]


@pytest.mark.parametrize(
    ("name", "aggregate"),
    [
        ("order:7d4e", Aggregate("order", "7d4e")),
        ("product:PEN:1", Aggregate("product", "PEN:1")),
        ("command:7d4e", Aggregate("command", "7d4e")),
        ("unreadable", UNKNOWN),
    ],
)
def test_an_aggregate_is_named_as_it_is_shown(name: str, aggregate: Aggregate) -> None:
    assert aggregate_of(name) == aggregate
    assert name_of(aggregate) == name


def test_programs_are_told_everything_but_the_bytes() -> None:
    first, second = json.loads(as_json(EVENTS))
    assert first == {
        "partition": 0,
        "sequence": 7,
        "event_id": "e-7",
        "aggregate": "order:o-1",
        "version": 2,
        "type": "orders.OrderShipped.v2",
        "reason": "unknown type",
        "parked_at": "then",
    }
    assert (second["aggregate"], second["version"]) == ("unreadable", None)


def test_people_are_shown_a_line_for_each_event() -> None:
    console = Console(width=200, record=True)
    with console.capture() as shown:
        console.print(as_table(EVENTS))
    lines = shown.get().splitlines()
    assert any("order:o-1" in line and "unknown type" in line for line in lines)
    assert any("unreadable" in line and "cannot be read: at all" in line for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        ["retry"],
        ["retry", "order"],
        ["retry", "--all", "order:x"],
        ["drop", "--all"],
        ["drop", "order:x", "--reason"],
        ["drop", "--reason", "because"],
        ["list", ":"],
        ["list", "order:"],
    ],
)
def test_a_call_that_does_not_say_what_is_meant_is_refused(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["parked", *words]).exit_code == 2


def test_a_wrong_setting_is_named_in_one_line() -> None:
    environment = {"PROJECTOR_DATABASE_URL": "mysql://x", "PROJECTOR_REDIS_URL": "redis://h"}
    ended = CliRunner().invoke(app, ["parked", "list"], env=environment)
    assert (ended.exit_code, ended.stderr.startswith("projector: PROJECTOR_DATABASE_URL: ")) == (2, True)


def test_a_database_that_is_not_there_is_told_in_one_line() -> None:
    environment = {
        "PROJECTOR_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/orders",
        "PROJECTOR_REDIS_URL": "redis://h",
        "PROJECTOR_LOG_LEVEL": "error",
    }
    ended = CliRunner().invoke(app, ["parked", "list"], env=environment)
    assert (ended.exit_code, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("projector: read database: ")
