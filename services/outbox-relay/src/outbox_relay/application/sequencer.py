"""Finds events by their numbers: which tick an event is in, and which event has a sequence.

Ticks are dense and each counts the events of every partition so far, so the tick of a sequence is found by bisection
and the sequence of an event is its rank in its tick plus the count of the tick before. Whoever derives it, and
whenever, finds the same.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from outbox_relay.application.ports import Outbox, OutboxUnfit, Tick


class Place(NamedTuple):
    """Where an event is: in `tick`, before which its partition had `before` events and after which it has `after`."""

    tick: int
    before: int
    after: int


class Sequencer:
    """Looks things up in the log."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def places(self, sequences: Mapping[int, int], newest: Tick) -> dict[int, Place]:
        """By partition, the place of its event `sequences[partition]`, from 1 to the head in `newest`.

        All partitions are searched at once: one statement a round, one round a bit of the tick's number.
        """
        low = dict.fromkeys(sequences, 0)
        high = dict.fromkeys(sequences, newest.number)
        known = {newest.number: newest.heads}
        while middles := {p: (low[p] + high[p]) // 2 for p in sequences if high[p] - low[p] > 1}:
            known |= await self._outbox.ticks(set(middles.values()))
            for partition, middle in middles.items():
                reached = _heads(known, middle)[partition] >= sequences[partition]
                (high if reached else low)[partition] = middle
        if unknown := set(low.values()) - known.keys():
            known |= await self._outbox.ticks(unknown)
        return {p: Place(high[p], _heads(known, low[p])[p], _heads(known, high[p])[p]) for p in sequences}

    async def event_id(self, partition: int, sequence: int, place: Place) -> str:
        """The id of the event with this sequence, which is in `place`."""
        return await self._outbox.event_id(place.tick, partition, sequence - place.before - 1)


def _heads(known: Mapping[int, Sequence[int]], number: int) -> Sequence[int]:
    try:
        return known[number]
    except KeyError:
        raise OutboxUnfit(f"tick {number} is missing from outbox_tick") from None
