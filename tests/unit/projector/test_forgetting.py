"""`projector forget`: only of a generation that nobody fills any more."""

from collections import defaultdict
from collections.abc import Collection

import pytest

from projector.application.forgetting import StillFilled, forget
from tests.fakes.projector_leftovers import InMemoryLeftovers
from tests.fakes.projector_stream import InMemoryEventStream, InMemoryMembers
from tests.suites.projector_leftovers import LeftoversSuite, LeftoversWorld


class MemoryLeftoversWorld:
    """Streams, each with the bookmarks of one generation."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, InMemoryEventStream] = defaultdict(InMemoryEventStream)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self.leftovers = InMemoryLeftovers(self._members["g2"], self._streams["g2"])

    def stream(self, generation: str) -> InMemoryEventStream:
        return self._streams[generation]

    def member(self, generation: str, name: str) -> InMemoryMembers:
        return InMemoryMembers(name, self._members[generation])

    async def say(self, epoch: int) -> None:
        """A fake knows its streams."""

    async def bookmarks(self) -> Collection[tuple[str, int, int]]:
        return [(generation, *place) for generation, stream in self._streams.items() for place in stream.shown]


@pytest.fixture
def memory_world() -> MemoryLeftoversWorld:
    return MemoryLeftoversWorld()


class TestInMemoryLeftovers(LeftoversSuite):
    @pytest.fixture
    def world(self, memory_world: MemoryLeftoversWorld) -> LeftoversWorld:
        return memory_world


async def test_while_projectors_live_nothing_is_taken_away_and_they_are_named(
    memory_world: MemoryLeftoversWorld,
) -> None:
    await memory_world.stream("g2").bookmark(1, {0: 7, 1: 9})
    members = [memory_world.member("g2", name) for name in ("second", "first")]
    for member in members:
        await member.beat()
    with pytest.raises(StillFilled, match="projectors of it live: first, second; stop them first"):
        await forget(memory_world.leftovers)
    assert len(await memory_world.bookmarks()) == 2
    for member in members:
        await member.leave()
    assert await forget(memory_world.leftovers) == 2
    assert await forget(memory_world.leftovers) == 0
