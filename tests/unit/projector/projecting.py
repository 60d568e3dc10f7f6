"""A projector on fakes, driven turn by turn."""

from dataclasses import dataclass, field

from projector.application.bookmarks import Bookmarks
from projector.application.consumer import Consumer
from projector.application.ports import Unavailable
from tests.fakes.projector_events import NumberedLog
from tests.fakes.projector_ports import InMemoryEventStream, InMemoryReadStore, RecordingJournal


@dataclass
class Projecting:
    """One projector. Give a second one the stream and the store of the first to have them race."""

    stream: InMemoryEventStream = field(default_factory=InMemoryEventStream)
    store: InMemoryReadStore = field(default_factory=InMemoryReadStore)
    journal: RecordingJournal = field(default_factory=RecordingJournal)

    def __post_init__(self) -> None:
        self.bookmarks = Bookmarks(self.stream, self.journal)
        self.consumer = Consumer(self.stream, self.store, self.bookmarks, self.journal, wait_seconds=0)

    async def turn(self, times: int = 1) -> None:
        """So many looks, each applied."""
        for _ in range(times):
            await self.consumer.apply(await self.consumer.read())

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
