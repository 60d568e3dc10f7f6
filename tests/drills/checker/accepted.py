"""Commands whose callers did not wait: the log has one end of each that was accepted, and it agrees with the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from tests.drills.checker.evidence import Event
from tests.drills.checker.folding import Document
from tests.drills.told import Command

_ENDS: Final = frozenset({"CommandSucceeded", "CommandFailed"})
_TECHNICAL: Final = frozenset({"concurrent_update"})
"""Problems that are no rule's, beside those of status 500 and above. No fault of a drill lasts as long as all attempts
do, so that none may end a command.
"""


@dataclass(frozen=True, slots=True)
class Lot:
    """What became of a command: what its caller would have been told, had it waited, and what it did to the rest."""

    as_waited: Command
    effects: list[Event]


def lot_of(command: Command, events: Sequence[Event]) -> Lot | str | None:
    """The lot; or what is wrong with it. None where there is none, and need not be."""
    own = sorted((event for event in events if event.aggregate[0] == "command"), key=lambda event: event.version)
    effects = [event for event in events if event.aggregate[0] != "command"]
    if command.outcome in {"refused", "unsent"}:
        return f"it made {[event.type for event in events]}" if events else None
    if command.outcome == "unknown" and not events:
        return None
    complaint = _wrong_events(command, own)
    if complaint is not None:
        return complaint
    if ".CommandFailed." in own[1].type:
        return _failed(command, own[1], effects)
    return _succeeded(command, own[1], effects)


def _wrong_events(command: Command, own: Sequence[Event]) -> str | None:
    names = [event.type.split(".")[1] for event in own]
    if not names:
        return "its acceptance is not in the log"
    if names[0] != "CommandAccepted" or len({event.aggregate for event in own}) > 1:
        return f"it was accepted as {names}"
    if command.command_id not in {"", own[0].aggregate[1]}:
        return f"it was accepted as {command.command_id}, the log has {own[0].aggregate[1]}"
    if len(names) == 1:
        return "it has not ended"
    return None if len(names) == 2 and names[1] in _ENDS else f"it has ended as {names[1:]}"


def _failed(command: Command, end: Event, effects: list[Event]) -> Lot | str:
    problem = orjson.loads(end.raw)["data"]["problem"]
    if problem["status"] >= 500 or problem["code"] in _TECHNICAL:
        return f"it has failed by no rule: {problem['code']}"
    if effects:
        return f"it has failed and made {[event.type for event in effects]}"
    return Lot(replace(command, outcome="refused", status=problem["status"], code=problem["code"]), effects)


def _succeeded(command: Command, end: Event, effects: list[Event]) -> Lot | str:
    data = orjson.loads(end.raw)["data"]
    written, subject = data["written"], data["written"]["aggregate_id"]
    if command.subject not in {None, subject}:
        return f"it was about {command.subject} and has changed {subject}"
    if (told := data["result"]) != _result(written, command, effects):
        return f"its caller is told {told}, it wrote {written}"
    if {event.xid for event in effects} - {end.xid}:
        return "its end is not of the transaction that has its effect"
    return Lot(replace(command, outcome="done", subject=subject, version=written["version"]), effects)


def _result(written: Document, command: Command, effects: Sequence[Event]) -> Document:
    """What the caller is to be told."""
    result = {"order_id": written["aggregate_id"], "version": written["version"]}
    if command.kind == "ship":
        shipped = [orjson.loads(event.raw)["data"] for event in effects if ".OrderShipped." in event.type]
        result["shipment_id"] = shipped[0]["shipment_id"] if shipped else ""
    return result
