"""A projector on fakes, driven turn by turn."""

from dataclasses import dataclass, field

from orders_contracts.replay import ReplayRequest
from projector.adapters.read_ahead import AsyncioReadAhead
from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.membership import Membership
from projector.application.ports import Unavailable
from projector.application.replay import Replays
from tests.fakes.projector_events import NumberedLog
from tests.fakes.projector_ports import FixedClock, RecordingJournal
from tests.fakes.projector_store import InMemoryReadStore
from tests.fakes.projector_stream import InMemoryEventStream, InMemoryMembers


@dataclass
class Projecting:
    """One projector. Give a second one the stream and the store of the first to have them race."""

    stream: InMemoryEventStream = field(default_factory=InMemoryEventStream)
    store: InMemoryReadStore = field(default_factory=InMemoryReadStore)
    journal: RecordingJournal = field(default_factory=RecordingJournal)
    clock: FixedClock = field(default_factory=FixedClock)
    alive: set[str] = field(default_factory=set)
    me: str = "first"
    answered: int = 0

    def __post_init__(self) -> None:
        self.bookmarks = Bookmarks(self.stream, self.journal)
        self.members = InMemoryMembers(self.me, self.alive)
        self.membership = Membership(self.me, self.members, self.journal)
        self.consumer = Consumer(
            self.stream,
            self.store,
            self.bookmarks,
            Replays(self.stream, "g1", self.clock, self.journal),
            self.journal,
            ahead=AsyncioReadAhead(),
            share=self.membership.share,
            clock=self.clock,
            wait_seconds=0,
        )

    async def turn(self, times: int = 1) -> None:
        """So many looks, each applied."""
        for _ in range(times):
            await self.consumer.apply(await self.consumer.read())

    async def answer(self, log: NumberedLog) -> list[ReplayRequest]:
        """Do what a relay does: answer what was asked since. Answers those requests."""
        fresh = self.stream.requests[self.answered :]
        self.answered = len(self.stream.requests)
        for request in fresh:
            entries = log.partitions[request.partition][request.first - 1 : request.first - 1 + request.count]
            await self.stream.reply(request.reply_to, entries)
        return fresh

    async def later(self, seconds: float, times: int = 1) -> None:
        """A turn after so much time, as often as said."""
        for _ in range(times):
            self.clock.seconds += seconds
            await self.turn()

    def states(self) -> list[str]:
        """The states of the partitions, as people are told."""
        return [partition["state"] for partition in self.consumer.status()["partitions"]]

    async def fail(self) -> str:
        """A turn that does not succeed; the loop would then reset."""
        try:
            await self.turn()
        except Unavailable as error:
            await self.consumer.reset()
            return str(error)
        raise AssertionError("the turn succeeded")

    async def start(self, log: NumberedLog) -> None:
        """Learn from the heads what there is."""
        await self.stream.say(log.heads())
        await self.turn()

    async def sequences(self) -> list[int]:
        """The checkpoints, by partition."""
        stored = await self.store.checkpoints()
        assert stored is not None
        return [checkpoint.sequence for _, checkpoint in sorted(stored.checkpoints.items())]
