"""What to do with an event that has come: the reader's table, as a pure function.

With the checkpoint at c, an event of sequence s is skipped when s <= c, and applied when s = c + 1 and its `prev` is
the checkpoint's event. Anything else is a finding about the partition, and nothing behind it is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from orders_contracts.codec import Event, UnknownEventType, decode_event
from projector.application.log import Checkpoint, Entry, Slice


@dataclass(frozen=True, slots=True)
class Gap:
    """The stream goes on behind `missing`, which is not there."""

    missing: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The log is not the one that was read so far."""

    reason: str


@dataclass(frozen=True, slots=True)
class Poison:
    """An event that nobody here can read."""

    reason: str


Finding = Gap | Changed | Poison


class Judgement(NamedTuple):
    """What can be applied, how many events were skipped, and what there is to say about a partition.

    A finding is made only at the checkpoint itself: one further on is met again when all before it is applied.
    """

    slice: Slice
    skipped: int
    finding: Finding | None


def judge(partition: int, checkpoint: Checkpoint, entries: Sequence[Entry]) -> Judgement:
    """Sort out `entries`, read from the stream of `partition` at any point, in their order."""
    events: list[Event] = []
    ids: list[str] = []
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
        try:
            events.append(decode_event(data))
        except UnknownEventType as error:
            finding = Poison(f"event {number} ({event_id}) is of the unknown type {error}")
            break
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            finding = Poison(f"event {number} ({event_id}) cannot be read: {error}")
            break
        ids.append(event_id)
        sequence, last = number, event_id
    return Judgement(Slice(partition, checkpoint, events, ids), skipped, None if events else finding)


def _break(entry: Entry, sequence: int, last: str) -> Finding:
    if entry.sequence == 0:
        return Changed(f"there is an entry without a number behind {sequence}")
    if entry.sequence > sequence + 1:
        return Gap(sequence + 1)
    return Changed(f"event {entry.sequence} follows {entry.prev or 'none'} in the stream, and {last or 'none'} here")
