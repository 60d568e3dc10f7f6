"""The application has no event loop of its own: where its ports never wait, neither does it."""

from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from orders_contracts.replay import ReplayRequest
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.log import Entry, Reading
from projector.application.ports import NO_REPLIES
from projector.application.replay import Replays
from tests.fakes.projector_events import NumberedLog, life_of
from tests.fakes.projector_ports import FixedClock, RecordingJournal
from tests.fakes.projector_store import InMemoryReadStore
from tests.fakes.projector_stream import NoReadAhead

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to, if it never waits for anything. The store in memory gives way to others: `sleep(0)`."""
    try:
        while True:
            assert work.send(None) is None
    except StopIteration as stop:
        result: T = stop.value
        return result


class PromptStream:
    """A stream that has lost its fourth event, and a relay that answers at once."""

    def __init__(self, log: NumberedLog) -> None:
        self._log = log
        self._replies: dict[str, list[Entry]] = {}

    async def read(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str] = NO_REPLIES, *, wait_seconds: float
    ) -> Reading:
        """See EventStream."""
        found = {}
        for number, after in positions.items():
            stream = self._replies.get(replies[number], []) if number in replies else self._stream()
            if entries := [entry for entry in stream if entry.sequence > after]:
                found[number] = entries
        return Reading(found, self._log.heads(), frozenset(found))

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        """See EventStream."""
        return {
            number: found[0] for number, found in (await self.read(epoch, positions, wait_seconds=0)).entries.items()
        }

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        """See EventStream."""
        for request in requests:
            self._replies[request.reply_to] = self._log.partitions[request.partition][request.first - 1 :]

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """See EventStream."""

    def _stream(self) -> list[Entry]:
        return [entry for entry in self._log.partitions[0] if entry.sequence != 4]


def test_a_projector_whose_ports_never_wait_runs_to_the_end_of_the_log() -> None:
    log = NumberedLog()
    log.append(0, life_of(1))
    stream, store, journal, clock = PromptStream(log), InMemoryReadStore(), RecordingJournal(), FixedClock()
    bookmarks = Bookmarks(stream, journal)
    consumer = Consumer(
        stream,
        store,
        bookmarks,
        Replays(stream, "g1", clock, journal),
        journal,
        ahead=NoReadAhead(),
        share=lambda partitions: frozenset(range(partitions)),
        clock=clock,
        wait_seconds=1,
    )
    for _ in range(6):
        run(consumer.apply(run(consumer.read())))
    assert run(bookmarks.flush())
    run(consumer.reset())
    assert set(store.versions().values()) == {8}
    assert journal.gaps == [(0, "event 4 is not in the stream"), (0, None)]
