"""What must never happen, whatever else does. It is looked at in the moment before it would happen."""

from collections.abc import Mapping, Sequence

from orders_contracts.heads import Heads
from orders_contracts.replay import ReplayRequest
from orders_contracts.timestamps import moment
from projector.application.log import Entry
from tests.fakes.relay_observer import START
from tests.model.stepping import Violation
from tests.model.write_side import PARTITIONS, WriteDatabase


class Ledger:
    """Compares everything with the log, and with all logs that there were before the database was restored."""

    def __init__(self, database: WriteDatabase, length: int) -> None:
        self._database = database
        self._length = length
        self._highest: dict[tuple[int, int], int] = {}
        self._asked: dict[str, ReplayRequest] = {}

    def published(self, epoch: int, partition: int, last: int, entries: Sequence[Entry]) -> None:
        """Into a stream that ends with `last` go its next events, or the first of the last `length` of the log."""
        self._must_be_the_logs(epoch, partition, entries)
        first, longest = entries[0].sequence, max(map(len, self._database.logs(epoch, partition)))
        if first != last + 1 and first > max(0, longest - self._length) + 1:
            raise Violation(f"stream {partition} goes on with {first} behind {last}")
        self._highest[epoch, partition] = max(self._highest.get((epoch, partition), 0), entries[-1].sequence)

    def told(self, heads: Heads) -> None:
        """Heads tell of what was published before them, or is too old to be."""
        for partition, sequence in enumerate(heads.sequences):
            longest = max(map(len, self._database.logs(heads.epoch, partition)))
            if sequence > max(self._highest.get((heads.epoch, partition), 0), longest - self._length):
                raise Violation(f"partition {partition} is told to have {sequence}, which nobody has published")
            if not max(sequence, heads.logged[partition]) <= longest:
                raise Violation(f"partition {partition} is told to have more than the log")

    def asked(self, request: ReplayRequest) -> None:
        """One name means one reply."""
        if self._asked.setdefault(request.reply_to, request) != request:
            raise Violation(f"{request.reply_to} is asked for in two meanings")

    def replied(self, reply_to: str, entries: Sequence[Entry]) -> None:
        """Replies hold the log's events too."""
        request = self._asked[reply_to]
        self._must_be_the_logs(request.epoch, request.partition, entries)

    def applied(self, epoch: int, partition: int, held: Sequence[str]) -> None:
        """The reader holds the log, as far as it has come: nothing else, nothing twice, nothing left out."""
        if all(log[: len(held)] != held for log in self._database.logs(epoch, partition)):
            raise Violation(f"partition {partition}: the reader holds {held}")

    def fresh(self, applied_at: str, held: Mapping[int, Sequence[str]]) -> None:
        """What was committed before a moment that the reader calls applied, it holds."""
        if self._database.lost:
            return
        at = (moment(applied_at) - START).total_seconds()
        known = {event_id for partition in range(PARTITIONS) for event_id in held[partition]}
        for event_id, committed_at in self._database.committed_at.items():
            if committed_at < at and event_id not in known:
                raise Violation(f"event {event_id} of {committed_at} is missing from what is called fresh as of {at}")

    def _must_be_the_logs(self, epoch: int, partition: int, entries: Sequence[Entry]) -> None:
        logs = self._database.logs(epoch, partition)
        for sequence, event_id, prev, _ in entries:
            if not any(["", *log][sequence - 1 : sequence + 1] == [prev, event_id] for log in logs):
                raise Violation(f"{sequence} of partition {partition} is not {event_id} behind {prev}")
