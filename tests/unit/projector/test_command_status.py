"""What became of a command: the row after its events, and what does not fit."""

import json

import pytest

from orders_contracts.commands import CommandAccepted, CommandSucceeded, Written
from orders_contracts.consistency import ConsistencyToken, decode_token
from projector.application.projections.command_status import COMMAND_STATUS
from projector.application.projections.fold import WAITS, Writes
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_summary import ORDER_SUMMARY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import Happening, OrderLife, ProductLife, an_id, life_of
from tests.unit.projector.folding import folded

ACCEPTED_AT, ENDED_AT = "2026-11-22T08:00:01.000000Z", "2026-11-22T08:00:02.000000Z"


def reasons(writes: Writes) -> list[str]:
    """Why events are parked."""
    return [event.reason for event in writes.parked_event]


def test_a_command_that_is_accepted_says_so_and_nothing_of_its_end() -> None:
    command = CommandLife()
    writes = folded([command.accepted()])
    (row,) = writes.of(COMMAND_STATUS)
    assert list(json.loads(row.doc).items()) == [
        ("command_id", command.command_id),
        ("command", "ConfirmOrder"),
        ("status", "accepted"),
        ("accepted_at", ACCEPTED_AT),
    ]
    assert (row.command_id, row.version, row.token) == (an_id("command", 1).bytes, 1, None)
    assert writes.changes == [("command", command.command_id, 1)]
    assert not any([writes.of(ORDER_VIEW), writes.of(ORDER_SUMMARY), writes.of(ORDER_HISTORY), writes.of(PRODUCT_VIEW)])


def test_a_command_that_succeeded_shows_its_result_and_leads_to_what_it_did() -> None:
    command = CommandLife()
    (row,) = folded([command.accepted(), command.succeeded(5)]).of(COMMAND_STATUS)
    assert list(json.loads(row.doc).items()) == [
        ("command_id", command.command_id),
        ("command", "ConfirmOrder"),
        ("status", "succeeded"),
        ("result", {"order_id": command.order_id, "version": 5}),
        ("accepted_at", ACCEPTED_AT),
        ("ended_at", ENDED_AT),
    ]
    assert row.version == 2
    assert decode_token(row.token or "") == ConsistencyToken("order", command.order_id, 5)


def test_a_command_that_failed_shows_its_problem_as_it_came() -> None:
    command = CommandLife()
    problem = {"status": 409, "code": "empty_order", "more": [1, None, {"a": 1.5}], "detail": "é\u2028"}
    (row,) = folded([command.accepted(), command.failed(**problem)]).of(COMMAND_STATUS)
    told = json.loads(row.doc)
    assert list(told) == ["command_id", "command", "status", "problem", "accepted_at", "ended_at"]
    assert (told["status"], list(told["problem"].items())) == ("failed", list(problem.items()))
    assert (row.version, row.token) == (2, None)


def test_the_end_of_a_command_needs_nothing_of_its_beginning() -> None:
    whole, later = CommandLife(), CommandLife(version=1)
    both = folded([whole.accepted(), whole.succeeded()])
    assert folded([later.succeeded()]).of(COMMAND_STATUS) == both.of(COMMAND_STATUS)


def test_an_event_that_comes_behind_a_later_one_or_once_more_changes_nothing() -> None:
    command = CommandLife()
    accepted, succeeded = command.accepted(), command.succeeded()
    for events in ([succeeded, accepted], [accepted, succeeded, succeeded, accepted]):
        writes = folded(events)
        assert writes.of(COMMAND_STATUS) == folded([accepted, succeeded]).of(COMMAND_STATUS)
        assert writes.changes == [("command", command.command_id, 2)]


def test_rows_come_in_key_order_whatever_came_first() -> None:
    lives = [CommandLife(number) for number in range(20)]
    rows = folded([*(life.accepted() for life in lives), *(life.failed() for life in reversed(lives))]).of(
        COMMAND_STATUS
    )
    keys = [row.command_id for row in rows]
    assert (len(keys), keys) == (20, sorted(keys))


def test_a_batch_of_all_kinds_tells_of_each() -> None:
    writes = folded([life_of(1)[0], CommandLife().accepted(), ProductLife().tell()])
    assert sorted(writes.changes) == [
        ("command", CommandLife().command_id, 1),
        ("order", OrderLife(1).order_id, 1),
        ("product", "PEN-1", 1),
    ]
    assert len(writes.applied) == 3


def out_of_place() -> list[tuple[Happening, str]]:
    """Events at versions that they cannot have."""
    return [
        (CommandLife().succeeded(), "succeeded at version 1"),
        (CommandLife().failed(), "failed at version 1"),
        (CommandLife(version=1).accepted(), "accepted at version 2"),
        (CommandLife(version=2).failed(), "failed at version 3"),
    ]


@pytest.mark.parametrize(("event", "reason"), out_of_place())
def test_an_event_out_of_its_place_is_parked_with_all_behind_it(event: Happening, reason: str) -> None:
    writes = folded([event, CommandLife(version=1).succeeded(), CommandLife(2).accepted()])
    assert reasons(writes) == [f"cannot be applied: command {CommandLife().command_id} cannot be {reason}", WAITS]
    assert [row.command_id for row in writes.of(COMMAND_STATUS)] == [an_id("command", 2).bytes]


@pytest.mark.parametrize("version", [0, -1, 10**18])
def test_a_command_that_changed_what_cannot_be_is_parked(version: int) -> None:
    command = CommandLife()
    writes = folded([command.accepted(), command.succeeded(version)])
    assert reasons(writes) == ["cannot be applied: this is not a consistency token"]
    assert [row.version for row in writes.of(COMMAND_STATUS)] == [1]


def test_a_command_that_changed_a_product_leads_to_that() -> None:
    command = CommandLife(version=1)
    written = Written(aggregate_type="product", aggregate_id="PEN.1", version=3)
    result: dict[str, str | int] = {"sku": "PEN.1", "version": 3}
    data = CommandSucceeded(command="DelistProduct", accepted_at=ACCEPTED_AT, written=written, result=result)
    (row,) = folded([command.tell(data)]).of(COMMAND_STATUS)
    assert decode_token(row.token or "") == ConsistencyToken("product", "PEN.1", 3)


def test_a_command_whose_id_is_none_is_parked() -> None:
    one = CommandLife().tell(CommandAccepted(command="ConfirmOrder"))
    one.data = one.data.replace(f'"subject":"{CommandLife().command_id}"'.encode(), b'"subject":"7"')
    writes = folded([one])
    assert (len(writes.parked_event), writes.of(COMMAND_STATUS), writes.changes) == (1, (), [])
