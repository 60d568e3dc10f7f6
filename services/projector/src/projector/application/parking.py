"""What becomes of parked events: they are tried again in their order, or dropped for a reason.

Both may be done beside running projectors. An event whose bytes did not even tell its aggregate stands for itself.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from orders_contracts.codec import Event
from projector.application.judgement import read_event
from projector.application.log import UNKNOWN, Aggregate, ParkedEvent, Unreadable, aggregate_of
from projector.application.parking_ports import Choice, ParkingLot, Settlement, Settling
from projector.application.ports import Journal, Refused
from projector.application.projections.fold import UNFIT, Batch, is_order, orders_to_load

CHUNK: Final = 500
"""Events settled in one transaction at most: projectors wait for it."""

Aggregates = Collection[Aggregate] | None
"""Whose events are meant; None: everybody's."""


async def retry(lot: ParkingLot, aggregates: Aggregates = None) -> int:
    """Apply what can be applied by now, in order. Answers how many events were. Raises Unavailable.

    An aggregate stays parked from the first event on that still cannot be applied; that event tells the new reason.
    """
    gone = 0
    for partition in await _partitions(lot, aggregates):
        gone += await _retry_partition(lot, partition, aggregates)
    return gone


async def drop(lot: ParkingLot, journal: Journal, aggregates: Aggregates, reason: str, *, whole: bool = False) -> int:
    """Give up the first parked event of each aggregate (`whole`: all of them). Answers how many. Raises Unavailable.

    What comes next is applied to the aggregate as it stands, as if the dropped event had changed nothing but the
    version. An order without a document stays without: what comes of it is parked again. The events behind a dropped
    one remain parked until they are retried.
    """
    gone = 0
    for partition in await _partitions(lot, aggregates):
        after, seen = 0, frozenset[Aggregate]()
        while events := await lot.settle(partition, Choice(aggregates, after, CHUNK), Dropping(seen, whole=whole)):
            dropped = Dropping(seen, whole=whole).chosen(events)
            journal.dropped(dropped, reason)
            gone += len(dropped)
            after, seen = events[-1].sequence, seen.union(event.aggregate for event in events)
    return gone


async def _partitions(lot: ParkingLot, aggregates: Aggregates) -> list[int]:
    return sorted({event.partition for event in await lot.parked(aggregates)})


async def _retry_partition(lot: ParkingLot, partition: int, aggregates: Aggregates) -> int:
    """A batch that the read database refuses is halved until one event is left; that is then to blame."""
    gone, after, limit, refusal = 0, 0, CHUNK, ""
    held: frozenset[Aggregate] = frozenset()
    while True:
        settling = Retrying(held, refusal)
        try:
            events = await lot.settle(partition, Choice(aggregates, after, limit), settling)
        except Refused as refused:
            if refusal:
                raise
            refusal = f"refused by the read database: {refused}" if limit == 1 else ""
            limit = max(1, limit // 2)
            continue
        if not events:
            return gone
        gone += settling.count
        after, held, refusal, limit = events[-1].sequence, settling.held, "", min(CHUNK, limit * 2)


class Retrying(Settling):
    """Applies what can be applied, but for the aggregates that are `held`; `refusal` is said of the only event."""

    def __init__(self, held: AbstractSet[Aggregate], refusal: str = "") -> None:
        self._already_held = held
        self._refusal = refusal
        self.held: frozenset[Aggregate] = frozenset(held)
        self.count = 0

    def orders(self, events: Sequence[ParkedEvent]) -> Sequence[str]:
        """See Settling."""
        found = (read_event(event.data) for event in events)
        return orders_to_load(event for event in found if isinstance(event, Event))

    def settle(self, events: Sequence[ParkedEvent], documents: Sequence[bytes]) -> Settlement:
        """See Settling. Afterwards `held` tells who waits, and `count` how many events go."""
        batch, held = Batch(documents), set(self._already_held)
        gone: list[int] = []
        reasons: dict[int, str] = {}
        for parked in events:
            event = read_event(parked.data)
            whose = {parked.aggregate} if isinstance(event, Unreadable) else {parked.aggregate, aggregate_of(event)}
            if held & whose:
                continue
            if reason := self._try(batch, event):
                reasons[parked.sequence] = reason
                held |= whose - {UNKNOWN}
            else:
                gone.append(parked.sequence)
        self.held, self.count = frozenset(held), len(gone)
        return Settlement(batch.writes(), gone, reasons)

    def _try(self, batch: Batch, event: Event | Unreadable) -> str:
        """Why not; empty when it went in."""
        if isinstance(event, Unreadable):
            return event.reason
        if self._refusal:
            return self._refusal
        try:
            batch.add(event)
        except UNFIT as error:
            return f"cannot be applied: {error}"
        return ""


class Dropping(Settling):
    """Gives up the first event of each aggregate that was not `seen` before; if `whole`, every event."""

    def __init__(self, seen: AbstractSet[Aggregate], *, whole: bool) -> None:
        self._seen = seen
        self._whole = whole

    def chosen(self, events: Sequence[ParkedEvent]) -> list[ParkedEvent]:
        """Those that go."""
        if self._whole:
            return list(events)
        first: dict[Aggregate, ParkedEvent] = {}
        for event in events:
            first.setdefault(event.aggregate, event)
        return [event for event in first.values() if event.aggregate not in self._seen]

    def orders(self, events: Sequence[ParkedEvent]) -> Sequence[str]:
        """See Settling."""
        return list(self._last_versions(events))

    def settle(self, events: Sequence[ParkedEvent], documents: Sequence[bytes]) -> Settlement:
        """See Settling."""
        batch = Batch(documents)
        for order_id, version in self._last_versions(events).items():
            batch.pass_over(order_id, version)
        return Settlement(batch.writes(), [event.sequence for event in self.chosen(events)], {})

    def _last_versions(self, events: Sequence[ParkedEvent]) -> Mapping[str, int]:
        return {
            event.aggregate.id: event.version
            for event in self.chosen(events)
            if event.aggregate.type == "order" and event.version is not None and is_order(event.aggregate.id)
        }
