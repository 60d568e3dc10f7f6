"""What to do with an event that has come: the reader's table, as a pure function.

With the checkpoint at c, an event of sequence s is skipped when s <= c, and applied when s = c + 1 and its `prev` is
the checkpoint's event. Anything else is a finding about the partition, and nothing behind it is looked at. An event
that nobody here can read is no finding: it has its place in the order, and is parked there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from orders_contracts.codec import Event, UnknownEventType, decode_event
from projector.application.log import UNKNOWN, Aggregate, Checkpoint, Entry, Slice, Unreadable


@dataclass(frozen=True, slots=True)
class Gap:
    """The stream goes on behind `missing`, which is not there."""

    missing: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The log is not the one that was read so far."""

    reason: str


Finding = Gap | Changed


class Judgement(NamedTuple):
    """What can be applied, how many events were skipped, and what there is to say about a partition.

    A finding is made only at the checkpoint itself: one further on is met again when all before it is applied.
    """

    slice: Slice
    skipped: int
    finding: Finding | None


def judge(partition: int, checkpoint: Checkpoint, entries: Sequence[Entry], *, replayed: bool = False) -> Judgement:
    """Sort out `entries`, read from the stream of `partition`, or from a reply, at any point, in their order."""
    events: list[Event | Unreadable] = []
    taken: list[Entry] = []
    skipped = 0
    sequence, last = checkpoint
    finding: Finding | None = None
    for entry in entries:
        number, event_id, prev, data = entry
        if number != sequence + 1 or prev != last:
            if 0 < number <= sequence:
                skipped += 1
                continue
            finding = _break(entry, sequence, last)
            break
        events.append(read_event(data))
        taken.append(entry)
        sequence, last = number, event_id
    return Judgement(Slice(partition, checkpoint, events, taken, replayed), skipped, None if events else finding)


def read_event(data: bytes) -> Event | Unreadable:
    """The event in these bytes, if this version knows how to read it."""
    try:
        return decode_event(data)
    except UnknownEventType as error:
        return _unreadable(data, f"unknown type {error}")
    except _BROKEN as error:
        return _unreadable(data, f"cannot be read: {error}")


class _Label(Struct):
    """As much of an envelope as tells whose event it is."""

    type: str = ""
    subject: str = ""
    aggregatetype: str = ""
    aggregateversion: int | None = None


_BROKEN: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
_labels: Final = msgspec.json.Decoder(_Label)


def _unreadable(data: bytes, reason: str) -> Unreadable:
    try:
        label = _labels.decode(data)
    except _BROKEN:
        return Unreadable(UNKNOWN, None, "", reason)
    whose = Aggregate(label.aggregatetype, label.subject)
    return Unreadable(whose if all(whose) else UNKNOWN, label.aggregateversion, label.type, reason)


def _break(entry: Entry, sequence: int, last: str) -> Finding:
    if entry.sequence == 0:
        return Changed(f"there is an entry without a number behind {sequence}")
    if entry.sequence > sequence + 1:
        return Gap(sequence + 1)
    return Changed(f"event {entry.sequence} follows {entry.prev or 'none'} in the stream, and {last or 'none'} here")
