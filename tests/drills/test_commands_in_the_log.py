"""Commands that were accepted for later: the checker holds what is stored of them against the log."""

from typing import Final

import orjson
import pytest

from tests.contract.events.goldens import golden
from tests.drills.checker.equal import check_equal
from tests.drills.checker.evidence import Event, Log, ReadSide
from tests.drills.checker.folding import command_after, token_after

ACCEPTED, SUCCEEDED, FAILED = (
    golden(f"orders.{name}.v1") for name in ("CommandAccepted", "CommandSucceeded", "CommandFailed")
)
Row = tuple[int, str | None, bytes]
DONE: Final[str] = orjson.loads(SUCCEEDED)["subject"]


def log(*events: bytes) -> Log:
    """A log of these events, in one partition."""
    rows = []
    for sequence, raw in enumerate(events, 1):
        said = orjson.loads(raw)
        aggregate = (said["aggregatetype"], said["subject"])
        rows.append(Event(0, sequence, 1, said["id"], aggregate, said["aggregateversion"], said["type"], raw, ""))
    return Log(rows, [], 1, 1)


def row(event: bytes) -> Row:
    """What should be stored after it."""
    envelope = orjson.loads(event)
    return envelope["aggregateversion"], token_after(envelope), orjson.dumps(command_after(envelope))


def side(**changes: Row) -> ReadSide:
    """The read side of a log of one command that succeeded and one that failed, but for `changes`."""
    return ReadSide(commands={DONE: row(SUCCEEDED), orjson.loads(FAILED)["subject"]: row(FAILED), **changes})


LOG: Final = log(ACCEPTED, SUCCEEDED, FAILED)


def test_nothing_is_found_where_commands_are_as_the_log_has_them() -> None:
    finding = check_equal(LOG, side(), [])
    assert (finding.faults, finding.counts["commands"]) == ([], 2)


VERSION, TOKEN, DOC = row(SUCCEEDED)


@pytest.mark.parametrize(
    "stored",
    [row(ACCEPTED), (VERSION, None, DOC), (VERSION, "bzEuMDE", DOC), (1, TOKEN, DOC), (VERSION, TOKEN, b"{}")],
)
def test_a_command_that_is_stored_otherwise_is_found(stored: Row) -> None:
    finding = check_equal(LOG, side(**{DONE: stored}), [])
    assert [fault.split(" at ")[0] for fault in finding.faults] == [f"command_status has {DONE}"]


def test_a_command_that_is_missing_and_one_too_many_are_found() -> None:
    assert check_equal(LOG, ReadSide(), []).violations == 2
    assert check_equal(log(), ReadSide(commands={DONE: row(SUCCEEDED)}), []).faults == [
        "command_status has 1 rows, the fold 0"
    ]
