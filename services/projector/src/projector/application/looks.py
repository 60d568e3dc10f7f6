"""One look into the streams, and what it comes to; the next may be taken beside the work on this one."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from projector.application.judgement import Judgement, judge
from projector.application.log import Checkpoint, Slice
from projector.application.ports import EventStream


class Sources(NamedTuple):
    """What is looked at: the checkpoints to read from, and the replies that stand in for streams, by partition."""

    epoch: int
    stands: Mapping[int, Checkpoint]
    replies: Mapping[int, str]


class Turn(NamedTuple):
    """What one look into the streams came to. `full`: the partitions that may have more."""

    epoch: int
    judgements: Sequence[Judgement]
    heads: bytes | None
    full: frozenset[int]
    replies: Mapping[int, str]

    @property
    def slices(self) -> list[Slice]:
        """What can be applied."""
        return [judgement.slice for judgement in self.judgements if judgement.slice.events]

    def of(self, partition: int) -> Judgement | None:
        """What came of `partition`."""
        return next((judgement for judgement in self.judgements if judgement.slice.partition == partition), None)


Look = Callable[[], Coroutine[Any, Any, Turn]]


class ReadAhead(Protocol):
    """A look that is taken beside the work; one at most."""

    def begin(self, look: Look) -> None:
        """Take it, if there is a way to."""
        ...

    async def take(self) -> Turn | None:
        """What the look that was begun came to, and whatever it raises; None if none was."""
        ...

    async def discard(self) -> None:
        """Forget it."""
        ...


async def look(stream: EventStream, sources: Sources, wait_seconds: float) -> Turn:
    """Wait up to `wait_seconds` for what comes next, and judge it. Raises Unavailable."""
    epoch, stands, replies = sources
    positions = {number: checkpoint.sequence for number, checkpoint in stands.items()}
    reading = await stream.read(epoch, positions, replies, wait_seconds=wait_seconds)
    judgements = [
        judge(number, stands[number], entries, replayed=number in replies)
        for number, entries in reading.entries.items()
    ]
    return Turn(epoch, judgements, reading.heads, reading.full, replies)
