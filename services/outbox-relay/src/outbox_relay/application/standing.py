"""How the relay stands towards one partition's stream, and what follows from how it finds that stream.

Redis refuses an entry id that is not above the last, so the stream is both the fence against other relays and the
cursor of this one. What it ends with is compared with the log, and one of three things follows: publish, go on from
there, stop.
"""

from dataclasses import dataclass

from orders_contracts.streams import NO_EVENT, entry_id, sequence_of
from outbox_relay.application.ports import Last

EMPTY = Last(entry_id(0), NO_EVENT)


@dataclass(slots=True)
class Standing:
    """`seen` is how the stream ends; `sequence` and `event_id` are the event after which publishing goes on.

    The two differ when the stream is further behind than it is long: what it would trim again is not written.
    """

    seen: Last = EMPTY
    sequence: int = 0
    event_id: str = NO_EVENT
    stopped: str | None = None

    def wrote(self, end: Last, sequence: int) -> None:
        """The stream ends with what this relay wrote, or with the same events written by another."""
        self.seen, self.sequence, self.event_id = end, sequence, end.event_id

    def ends_with(self, end: Last) -> bool:
        """Whether the stream still ends as it did, whether or not its last entry is there."""
        return end.entry == self.seen.entry and end.event_id in {NO_EVENT, self.seen.event_id}

    def moved_on(self, end: Last) -> bool:
        """Whether another relay may have written what the stream ends with now."""
        try:
            return self.stopped is None and sequence_of(end.entry) > sequence_of(self.seen.entry)
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Finding:
    """A stream that may be in step with the log: its last sequence, and where to go on from."""

    last: int
    go_on_from: int


def examine(seen: Last, head: int, length: int) -> Finding | str:
    """Compare a stream's end with the log's `head` of its partition, for streams of `length` entries.

    Answers where to go on from, or the reason to stop the partition.
    """
    try:
        last = sequence_of(seen.entry)
    except ValueError:
        return f"the stream ends with {seen.entry}, which no relay has written"
    if last > head:
        return f"the stream ends with {last}, but the log with {head}: the write database is of an earlier day"
    return Finding(last, max(last, head - length))


def contradiction(seen: Last, logged: str) -> str | None:
    """The reason to stop when the stream's last entry, if it is there, is not the `logged` event of its number."""
    if seen.event_id in {NO_EVENT, logged}:
        return None
    return (
        f"entry {seen.entry} is event {seen.event_id}, but {logged} in the log: the write database is of an earlier day"
    )
