"""Writes numbered events to their streams, and settles what a stream answers."""

from collections.abc import Sequence

from orders_contracts.streams import sequence_of
from outbox_relay.application.bearings import Bearings, OutOfStep
from outbox_relay.application.ports import Batch, EventStream, Last, Observer, Row, Span


class Publisher:
    """Publishes chunks of the log by the bearings it was given, and keeps those up to date."""

    def __init__(self, stream: EventStream, observer: Observer, bearings: Bearings) -> None:
        self._stream = stream
        self._observer = observer
        self._bearings = bearings

    async def publish(self, rows: Sequence[Row]) -> None:
        """Number these rows, the next ones of the log, and write them. Raises OutOfStep and StreamUnavailable."""
        batches = self._batches(rows)
        while batches:
            answers = await self._stream.publish(self._bearings.log.epoch, batches)
            batches = self._settle(batches, answers)

    def _batches(self, rows: Sequence[Row]) -> list[Batch]:
        """Sort rows by partition, leaving out what is in the streams and what must not be published."""
        counted, followed, batches = self._bearings.counted, set(self._bearings.followed), []
        sorted_rows: list[list[Row]] = [[] for _ in counted]
        for row in rows:
            sorted_rows[row[0]].append(row)
        for partition, mine in enumerate(sorted_rows):
            standing, before = self._bearings.standings[partition], counted[partition]
            counted[partition] += len(mine)
            fresh = mine[max(0, standing.sequence - before) :]
            if fresh and partition in followed:
                batches.append(Batch(partition, standing.seen, standing.sequence + 1, standing.event_id, fresh))
        return batches

    def _settle(self, batches: Sequence[Batch], answers: Sequence[Last | None]) -> list[Batch]:
        """Note what was written; answer what is left to write where another relay was a little faster."""
        spans, left, lost = [], [], None
        for batch, end in zip(batches, answers, strict=True):
            standing = self._bearings.standings[batch.partition]
            if end is None:
                last = batch.first + len(batch.rows) - 1
                spans.append(Span(batch.partition, batch.first, last))
                standing.wrote(batch.end, last)
                continue
            self._observer.refused(batch.partition, end)
            rest = _rest(batch, end)
            if rest is None:
                lost = OutOfStep(f"partition {batch.partition} ends with {end.entry}, not with {batch.expected.entry}")
                continue
            standing.wrote(end, rest.first - 1)
            if rest.rows:
                left.append(rest)
        if spans:
            self._observer.published(spans)
        if lost:
            raise lost
        return left


def _rest(batch: Batch, end: Last) -> Batch | None:
    """What is left of a batch when the stream ends with one of its own events; None when it ends with anything else."""
    try:
        sequence = sequence_of(end.entry)
    except ValueError:
        return None
    place = sequence - batch.first
    if not 0 <= place < len(batch.rows) or batch.rows[place][1] != end.event_id:
        return None
    return Batch(batch.partition, end, sequence + 1, end.event_id, batch.rows[place + 1 :])
