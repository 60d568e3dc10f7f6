"""Acknowledged: a command answered 2xx is in the log once, a refused one is not, an unknown one at most once.

One that was accepted has one end in the log besides, and only a good one has effects.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from tests.drills.checker.accepted import Lot, lot_of
from tests.drills.checker.asked_again import as_one, contradiction
from tests.drills.checker.evidence import Event, Log
from tests.drills.checker.finding import Finding
from tests.drills.load.requests import ADDRESSES
from tests.drills.told import Command, Kind

_MAKES: Final[dict[Kind, frozenset[str]]] = {
    "list_product": frozenset({"ProductListed"}),
    "adjust_stock": frozenset({"StockAdjusted"}),
    "create": frozenset({"OrderCreated"}),
    "add": frozenset({"OrderItemAdded"}),
    "change": frozenset({"OrderItemQuantityChanged"}),
    "remove": frozenset({"OrderItemRemoved"}),
    "address": frozenset({"ShippingAddressSet"}),
    "confirm": frozenset({"OrderConfirmed"}),
    "cancel": frozenset({"OrderCancelled"}),
    "discard": frozenset({"OrderDiscarded"}),
    "ship": frozenset({"OrderShipped"}),
    "deliver": frozenset({"ShipmentDelivered"}),
    "note": frozenset({"NoteAdded"}),
}
_ALONG: Final[dict[Kind, str]] = {
    "confirm": "StockReserved", "cancel": "StockReleased", "ship": "StockShipped", "deliver": "OrderCompleted",
}  # fmt: skip
_STOCK: Final = frozenset({"confirm", "cancel", "ship"})


def check_acknowledged(commands: Sequence[Command], log: Log, planted: Mapping[str, set[str]]) -> Finding:
    """Every event is one command's, by its correlation id, and every command has the events that its answer says.

    Requests with one idempotency key are one command: it does not matter which of them has brought the events.
    `planted` are event ids that a fault wrote past all commands, by correlation id.
    """
    finding = Finding("acknowledged")
    made: defaultdict[str, list[Event]] = defaultdict(list)
    lives: defaultdict[str, list[Event]] = defaultdict(list)
    for event in log.events:
        made[event.correlation].append(event)
        lives[event.aggregate[1]].append(event)
    asked: defaultdict[str, list[Command]] = defaultdict(list)
    for command in commands:
        asked[command.key or command.request_id].append(command)
        finding.counts[command.outcome] += 1
    for requests in asked.values():
        events = [event for request in requests for event in made.pop(request.request_id, [])]
        command = as_one(requests)
        finding.counts["unknown and done"] += command.outcome == "unknown" and bool(events)
        finding.counts["asked again"] += len(requests) > 1
        complaint = contradiction(requests) or _complaint(finding, command, events, lives)
        finding.expect(complaint is None, f"{command.outcome} {command.kind} {command.request_id}: {complaint}")
    for correlation, ids in planted.items():
        found = {event.event_id for event in made.pop(correlation, [])}
        finding.expect(found == ids, f"the log has {found} of {correlation}, planted were {ids}")
        finding.counts["planted"] += len(ids)
    for correlation, events in made.items():
        finding.fault(f"{len(events)} events of {correlation!r}, which nobody asked for")
    return finding


def _complaint(
    finding: Finding, command: Command, events: list[Event], lives: dict[str, list[Event]]
) -> str | None:  # fmt: skip
    if not command.later:
        return _wrong(command, events, lives)
    lot = lot_of(command, events)
    if not isinstance(lot, Lot):
        return lot
    finding.counts["failed" if lot.as_waited.outcome == "refused" else "succeeded"] += 1
    return _wrong(lot.as_waited, lot.effects, lives)


def _wrong(command: Command, events: list[Event], lives: dict[str, list[Event]]) -> str | None:
    if command.outcome in {"refused", "unsent"}:
        if command.code == "order_not_found":
            return f"order {command.subject} was acknowledged and is not known"
        return f"it made {_names(events)}" if events else None
    if not events:
        if command.outcome == "unknown":
            return None
        return _nothing_to_do(command, lives)
    return _wrong_events(command, events)


def _wrong_events(command: Command, events: list[Event]) -> str | None:
    names = [event.type.split(".")[1] for event in events]
    once = sum(name in _MAKES[command.kind] for name in names) == 1
    if not once or set(names) - _MAKES[command.kind] - {_ALONG.get(command.kind)}:
        return f"it made {names}"
    if command.kind in _STOCK and len(events) < 2:
        return "no stock was moved with it"
    return _wrong_place(command, events) if command.outcome == "done" else None


def _wrong_place(command: Command, events: list[Event]) -> str | None:
    versions = [event.version for event in events if event.aggregate[1] == command.subject]
    if not versions or max(versions) != command.version:
        return f"it was answered version {command.version} of {command.subject}, the log has {versions}"
    return None


def _nothing_to_do(command: Command, lives: dict[str, list[Event]]) -> str | None:
    """A 2xx without an event is right where the order was so already, at the version that was answered."""
    life = sorted(lives.get(command.subject or "", ()), key=lambda event: event.version)[: command.version]
    if len(life) < command.version:
        return f"version {command.version} of {command.subject} is not in the log"
    for event in reversed(life):
        data = orjson.loads(event.raw)["data"]
        if command.kind == "change":
            for line in data["lines"]:
                if line["sku"] == command.sku:
                    return None if line["quantity"] == command.quantity else "it is not in the log"
        elif command.kind == "address" and data.get("shipping_address") is not None:
            asked = ADDRESSES[command.quantity % len(ADDRESSES)]
            stands = {name: value for name, value in data["shipping_address"].items() if value is not None}
            return None if stands == asked else "it is not in the log"
    return "it is not in the log"


def _names(events: list[Event]) -> str:
    return ", ".join(event.type for event in events)
