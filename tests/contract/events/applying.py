"""Examples of events through the projector's judgement and fold, without a database."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from orders_contracts.codec import Event
from orders_contracts.registry import version_of
from orders_contracts.streams import NO_EVENT
from projector.application.judgement import judge
from projector.application.log import Checkpoint, Entry, Slice, Unreadable
from projector.application.projections.fold import Writes, fold, orders_to_load

CREATED = "orders.OrderCreated.v1"


def entry(sequence: int, prev: str, event: bytes) -> Entry:
    """An event as its stream would carry it."""
    return Entry(sequence, orjson.loads(event)["id"], prev, event)


def judged(event: bytes) -> Event | Unreadable:
    """What the projector takes `event` for, as the first of a stream."""
    judgement = judge(0, Checkpoint(0, NO_EVENT), [entry(1, NO_EVENT, event)])
    assert judgement.finding is None
    (one,) = judgement.slice.events
    return one


def applied(events: Sequence[Event], documents: Iterable[bytes] = ()) -> Writes:
    """The rows after `events`, on top of `documents`. Nothing may be parked."""
    entries = [Entry(number, str(event.envelope.id), NO_EVENT, b"") for number, event in enumerate(events, 1)]
    assert bool(orders_to_load(events)) is bool(documents)
    writes = fold([Slice(0, Checkpoint(0, NO_EVENT), events, entries)], documents)
    assert writes.parked_event == []
    return writes


def life(events: Mapping[str, Event]) -> list[Event]:
    """Of the examples by type, those about the order of the first one, in order; of each version the newest form."""
    bought = events[CREATED].envelope.subject
    newest_last = [events[type_] for type_ in sorted(events, key=version_of)]
    told = {event.envelope.aggregateversion: event for event in newest_last if event.envelope.subject == bought}
    return [told[version] for version in sorted(told)]


def document_before(events: Mapping[str, Event], event: Event) -> list[bytes]:
    """The order as it stood before `event`: from the life told in `events`, or a draft under another name."""
    envelope = event.envelope
    if envelope.aggregatetype != "order" or envelope.aggregateversion == 1:
        return []
    past = [one for one in life(events) if one.envelope.aggregateversion < envelope.aggregateversion]
    if envelope.subject != events[CREATED].envelope.subject:
        past = [events[CREATED]]
    document = orjson.loads(applied(past).order_view[0].doc)
    return [orjson.dumps(document | {"order_id": envelope.subject, "version": envelope.aggregateversion - 1})]
