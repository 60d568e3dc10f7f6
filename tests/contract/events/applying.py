"""Examples of events through the projector's judgement and fold, without a database."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from orders_contracts.codec import Event
from orders_contracts.orders import ReturnReceived, ReturnRejected
from orders_contracts.registry import version_of
from orders_contracts.streams import NO_EVENT
from projector.application.judgement import judge
from projector.application.log import Checkpoint, Entry, Slice, Unreadable
from projector.application.projections.fold import Writes, fold, orders_to_load
from projector.application.projections.order_view import ORDER_VIEW

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


def life(events: Mapping[str, Event], order_id: str | None = None) -> list[Event]:
    """Of the examples by type, those about one order, in order; of each version the newest form.

    Unless it is named, that is the order of `OrderCreated`, whose life is told without a gap.
    """
    subject = order_id or events[CREATED].envelope.subject
    newest_last = [events[type_] for type_ in sorted(events, key=version_of)]
    told = {event.envelope.aggregateversion: event for event in newest_last if event.envelope.subject == subject}
    return [told[version] for version in sorted(told)]


def document_before(events: Mapping[str, Event], event: Event) -> list[bytes]:
    """The order as it stood before `event`: from the life told in `events`, on top of a draft under its name."""
    envelope = event.envelope
    if envelope.aggregatetype != "order" or envelope.aggregateversion == 1:
        return []
    past = [one for one in life(events, envelope.subject) if one.envelope.aggregateversion < envelope.aggregateversion]
    document = applied([events[CREATED]]).of(ORDER_VIEW)[0].doc
    for one in past if past[:1] != [events[CREATED]] else past[1:]:
        document = applied([one], [_just_before(one, document)]).of(ORDER_VIEW)[0].doc
    return [_just_before(event, document)]


def _just_before(event: Event, document: bytes) -> bytes:
    """The document under the name of the event's order, at the version that the event follows.

    One return was requested in the examples; it is the one that the event settles.
    """
    envelope, data = event
    told = orjson.loads(document) | {"order_id": envelope.subject, "version": envelope.aggregateversion - 1}
    if isinstance(data, ReturnReceived | ReturnRejected):
        told["returns"] = [back | {"return_id": data.return_id} for back in told["returns"]]
    return orjson.dumps(told)
