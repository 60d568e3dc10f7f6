"""How people name parked events and are shown them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from rich.table import Column, Table

from projector.application import parking
from projector.application.log import UNKNOWN, Aggregate, ParkedEvent
from projector.application.parking_ports import ParkingLot
from projector.application.ports import Journal

UNREADABLE: Final = "unreadable"
"""Names the events whose bytes do not tell their aggregate."""


def aggregate_of(name: str) -> Aggregate:
    """`order:UUID`, `product:SKU`, `command:UUID` or `unreadable`. Raises ValueError for a name of another form."""
    if name == UNREADABLE:
        return UNKNOWN
    type_, colon, id_ = name.partition(":")
    if not (type_ and colon and id_):
        raise ValueError(f"{name} names no aggregate, such as order:UUID, product:SKU or {UNREADABLE}")
    return Aggregate(type_, id_)


def name_of(aggregate: Aggregate) -> str:
    """What `aggregate_of` reads."""
    return UNREADABLE if aggregate == UNKNOWN else ":".join(aggregate)


def as_json(events: Iterable[ParkedEvent]) -> str:
    """A list of objects, without the bytes of the events."""
    return orjson.dumps(
        [
            {
                "partition": event.partition,
                "sequence": event.sequence,
                "event_id": event.event_id,
                "aggregate": name_of(event.aggregate),
                "version": event.version,
                "type": event.type,
                "reason": event.reason,
                "parked_at": event.parked_at,
            }
            for event in events
        ]
    ).decode()


def as_table(events: Iterable[ParkedEvent]) -> Table:
    """The same for people."""
    table = Table(
        "partition", "sequence", Column("aggregate", overflow="fold"), "version", "type", "parked at", "reason"
    )
    for event in events:
        version = "" if event.version is None else str(event.version)
        place = str(event.partition), str(event.sequence), name_of(event.aggregate)
        table.add_row(*place, version, event.type, event.parked_at, event.reason)
    return table


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many events a verb dropped and applied, and what it leaves parked of the aggregates that were meant."""

    dropped: int
    applied: int
    left: Sequence[ParkedEvent]

    def __str__(self) -> str:
        return f"dropped {self.dropped:,}, applied {self.applied:,}, still parked {len(self.left):,}"


async def retry(lot: ParkingLot, aggregates: parking.Aggregates) -> Outcome:
    """The verb. Raises Unavailable."""
    applied = await parking.retry(lot, aggregates)
    return Outcome(0, applied, await lot.parked(aggregates))


async def drop(
    lot: ParkingLot, journal: Journal, aggregates: parking.Aggregates, reason: str, *, whole: bool
) -> Outcome:
    """The verb: drops, and applies what had to wait behind that. Raises Unavailable."""
    dropped = await parking.drop(lot, journal, aggregates, reason, whole=whole)
    applied = await parking.retry(lot, aggregates)
    return Outcome(dropped, applied, await lot.parked(aggregates))
