"""What those need from outside who retry and drop parked events: the verbs, and every start."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from projector.application.log import Aggregate, ParkedEvent
from projector.application.projections.fold import Writes


class Settlement(NamedTuple):
    """What becomes of parked events, by sequence: some are `gone`, others stay for a new reason."""

    writes: Writes
    gone: Sequence[int]
    reasons: Mapping[int, str]


class Settling(Protocol):
    """Decides what becomes of parked events of one partition, given in their order."""

    def orders(self, events: Sequence[ParkedEvent]) -> Sequence[str]:
        """The ids of the orders whose documents are needed."""
        ...

    def settle(self, events: Sequence[ParkedEvent], documents: Sequence[bytes]) -> Settlement:
        """The decision. Pure: what it says may be undone and asked for again."""
        ...


class Choice(NamedTuple):
    """Which parked events are meant: those of `aggregates` (None: all), behind `after`, at most so many."""

    aggregates: Collection[Aggregate] | None
    after: int
    limit: int


class ParkingLot(Protocol):
    """What is parked, for those who retry and drop. All methods raise Unavailable."""

    async def parked(self, aggregates: Collection[Aggregate] | None) -> Sequence[ParkedEvent]:
        """What is parked of `aggregates` (None: everything), by partition and sequence, without the bytes."""
        ...

    async def settle(self, partition: int, choice: Choice, settling: Settling) -> Sequence[ParkedEvent]:
        """Have `settling` decide on the events of `choice`, and do so, in one transaction. Answers the events.

        Projectors wait meanwhile, and look again afterwards. Raises Refused, and nothing is changed then.
        """
        ...
