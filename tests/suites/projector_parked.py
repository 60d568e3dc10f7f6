"""A projector without a stream, and what it has parked: the ground that the suites about parking stand on."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from orders_contracts import codec
from projector.application.bookmarks import Bookmarks
from projector.application.judgement import judge
from projector.application.log import Aggregate, Entry, Parked
from projector.application.parking_ports import ParkingLot
from projector.application.ports import ReadStore
from projector.application.progress import Progress
from projector.application.writer import Writer
from tests.fakes.projector_events import Happening, NumberedLog, OrderLife
from tests.fakes.projector_ports import RecordingJournal
from tests.fakes.projector_stream import InMemoryEventStream

REMOVED, SHIPPED, LISTED = "orders.OrderItemRemoved.v1", "orders.OrderShipped.v2", "orders.ProductListed.v1"
TOO_BIG = 2**63


class ParkingWorld(Protocol):
    """A store that takes no total beyond 64 bits, its parking lot, and a view from outside."""

    @property
    def store(self) -> ReadStore:
        """Where projectors write."""
        ...

    @property
    def lot(self) -> ParkingLot:
        """What is under test."""
        ...

    async def documents(self) -> dict[str, list[bytes]]:
        """The documents of each table, in key order."""
        ...


@contextmanager
def older_version(*types: str) -> Iterator[None]:
    """Inside, these event types are not known."""
    decoders = {type_: codec._decoders.pop(type_) for type_ in types}
    try:
        yield
    finally:
        codec._decoders.update(decoders)


class Projector:
    """A projector of one partition, without a stream."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self.journal = RecordingJournal()
        self._writer = Writer(self._store, Bookmarks(InMemoryEventStream(), self.journal), self.journal)
        self.progress: Progress | None = None

    async def begin(self) -> Progress:
        """Take over what the database says."""
        self.progress = Progress(await self._store.open(1, 1), self.journal)
        return self.progress

    async def apply(self, entries: Sequence[Entry]) -> bool:
        """Bring in what is new of `entries`, in one go."""
        progress = self.progress or await self.begin()
        return await self._writer.write(progress, [judge(0, progress.partitions[0].checkpoint, entries).slice])


async def projected(world: ParkingWorld, happenings: Iterable[Happening]) -> tuple[Projector, NumberedLog]:
    """A projector that has been given these, and the log of them."""
    projector, log = Projector(world.store), NumberedLog()
    await projector.apply(log.append(0, happenings))
    return projector, log


async def left(world: ParkingWorld) -> list[tuple[int, str]]:
    """The sequences of what is parked, and why; the count that is kept agrees."""
    events = await world.lot.parked(None)
    stored = await world.store.checkpoints()
    assert stored is not None
    assert stored.parked.get(0, Parked()) == Parked(len(events), frozenset(event.aggregate for event in events))
    return [(event.sequence, event.reason) for event in events]


async def sequences_left(world: ParkingWorld) -> list[int]:
    """The same without the reasons."""
    return [sequence for sequence, _ in await left(world)]


async def stands_at(world: ParkingWorld) -> int:
    """The checkpoint's sequence."""
    stored = await world.store.checkpoints()
    assert stored is not None
    return stored.checkpoints[0].sequence


def mixed(*lives: Sequence[Happening]) -> list[Happening]:
    """The lives side by side, step by step."""
    return [happening for step in zip(*lives, strict=True) for happening in step]


def order(name: object) -> Aggregate:
    """The order of that name."""
    return Aggregate("order", OrderLife(name).order_id)
