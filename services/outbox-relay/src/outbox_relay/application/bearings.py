"""Finds out how every partition's stream stands towards the log: on each connect, and when a stream surprises.

The streams' last ids are read first and the log's head after them. Whatever another relay has published by then is
in ticks that the head includes; so a stream beyond the head means a write database that went back in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders_contracts.streams import NO_EVENT, sequence_of
from outbox_relay.application.ports import EventStream, Last, LinkFailure, Log, Outbox, OutboxUnfit, Tick
from outbox_relay.application.sequencer import Place, Sequencer
from outbox_relay.application.standing import Finding, Standing, contradiction, examine


class OutOfStep(LinkFailure):
    """Something is not as this relay knows it: bearings must be taken anew."""


@dataclass(slots=True)
class Bearings:
    """Where to go on from: partition p is read in the ticks after `starts[p]`, at which it had `counted[p]` events.

    The relay publishes the partitions that are `mine`, and knows how the others stand.
    """

    log: Log
    newest: Tick
    standings: list[Standing]
    starts: list[int]
    counted: list[int]
    mine: frozenset[int]

    @property
    def complete(self) -> int:
        """The newest tick of which everything that may be published is published."""
        return min(self.starts)

    @property
    def followed(self) -> list[int]:
        """The partitions that this relay publishes."""
        return [p for p, standing in enumerate(self.standings) if p in self.mine and not standing.stopped]

    @property
    def published(self) -> list[int | None]:
        """By partition, the last sequence that is known to be published; None where it is stopped."""
        return [None if standing.stopped else standing.sequence for standing in self.standings]

    def pass_over(self, tick: Tick) -> None:
        """What this relay does not publish counts as read up to `tick`."""
        for partition in set(range(self.log.partitions)).difference(self.followed):
            self.starts[partition], self.counted[partition] = tick.number, tick.heads[partition]


class Navigator:
    """Takes bearings, for streams of `length` entries."""

    def __init__(self, outbox: Outbox, stream: EventStream, length: int) -> None:
        self._outbox = outbox
        self._stream = stream
        self._length = length
        self._sequencer = Sequencer(outbox)

    async def take(self, before: Bearings | None) -> Bearings:
        """The bearings of now, for all partitions. One stopped `before` stays so while its stream is the same.

        Raises LinkFailure.
        """
        log = await self._outbox.open()
        seen = await self._stream.last(log.epoch, range(log.partitions))
        newest = await self._outbox.tick()
        if len(newest.heads) != log.partitions:
            raise OutboxUnfit(
                f"tick {newest.number} counts {len(newest.heads)} partitions, outbox_log {log.partitions}"
            )
        bearings = Bearings(
            log,
            newest,
            [Standing(last) for last in seen],
            [newest.number] * log.partitions,
            list(newest.heads),
            frozenset(range(log.partitions)),
        )
        findings = self._examine(bearings, before if before and before.log == log else None)
        await self._compare(bearings.standings, findings, newest)
        await self._place(bearings, {p: found for p, found in findings.items() if not bearings.standings[p].stopped})
        return bearings

    async def follow_others(self, bearings: Bearings, ends: Sequence[Last], newest: Tick) -> None:
        """Note how far others have published, who must have done it as the log says.

        `ends` were read before `newest` was asked for. Raises OutOfStep.
        """
        followed, standings = set(bearings.followed), bearings.standings
        moved = {
            p: sequence_of(end.entry)
            for p, end in enumerate(ends)
            if p not in followed and end.entry != standings[p].seen.entry
        }
        if any(sequence > newest.heads[p] for p, sequence in moved.items()):
            raise OutOfStep("a stream ends above the log")
        places = await self._sequencer.places({p: last for p, last in moved.items() if ends[p].event_id}, newest)
        for partition, place in places.items():
            logged = await self._sequencer.event_id(partition, moved[partition], place)
            if reason := contradiction(ends[partition], logged):
                raise OutOfStep(f"partition {partition}: {reason}")
        for partition, sequence in moved.items():
            standings[partition].wrote(ends[partition], max(sequence, standings[partition].sequence))

    def _examine(self, bearings: Bearings, before: Bearings | None) -> dict[int, Finding]:
        findings = {}
        for partition, standing in enumerate(bearings.standings):
            if before and before.standings[partition].seen == standing.seen:
                standing.stopped = before.standings[partition].stopped
            if standing.stopped is None:
                found = examine(standing.seen, bearings.newest.heads[partition], self._length)
                if isinstance(found, Finding):
                    findings[partition] = found
                else:
                    standing.stopped = found
        return findings

    async def _compare(self, standings: Sequence[Standing], findings: Mapping[int, Finding], newest: Tick) -> None:
        """Is each stream's last entry the log's event of that number?"""
        known = {p: found.last for p, found in findings.items() if standings[p].seen.event_id != NO_EVENT}
        places = await self._sequencer.places(known, newest)
        for partition, place in places.items():
            logged = await self._sequencer.event_id(partition, known[partition], place)
            standings[partition].stopped = contradiction(standings[partition].seen, logged)

    async def _place(self, bearings: Bearings, findings: Mapping[int, Finding]) -> None:
        """Find the event after which each partition goes on, and the tick from which to read."""
        wanted = {p: found.go_on_from for p, found in findings.items()}
        places = await self._sequencer.places(
            {p: sequence for p, sequence in wanted.items() if sequence}, bearings.newest
        )
        for partition, sequence in wanted.items():
            standing, place = bearings.standings[partition], places.get(partition, Place(0, 0, 0))
            standing.sequence = sequence
            standing.event_id = await self._event_id(partition, standing.seen, findings[partition], place)
            if sequence < bearings.newest.heads[partition]:
                whole = sequence == place.after
                bearings.starts[partition] = place.tick if whole else place.tick - 1
                bearings.counted[partition] = sequence if whole else place.before

    async def _event_id(self, partition: int, seen: Last, found: Finding, place: Place) -> str:
        if not found.go_on_from or (found.go_on_from == found.last and seen.event_id):
            return seen.event_id if found.go_on_from else NO_EVENT
        return await self._sequencer.event_id(partition, found.go_on_from, place)
