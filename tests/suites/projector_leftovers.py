"""What every Leftovers does."""

from collections.abc import Callable, Collection
from typing import Protocol

from projector.application.forgetting import Leftovers
from projector.application.ports import EventStream, Members

PARTITIONS = 3


class LeftoversWorld(Protocol):
    """Streams in which g2 and others have bookmarks, and whose projectors live."""

    @property
    def leftovers(self) -> Leftovers:
        """Those of g2: what is under test."""
        ...

    @property
    def stream(self) -> Callable[[str], EventStream]:
        """What the projectors of a generation move their bookmarks by."""
        ...

    @property
    def member(self) -> Callable[[str, str], Members]:
        """A projector of a generation, by its name."""
        ...

    async def say(self, epoch: int) -> None:
        """A relay tells of an epoch with PARTITIONS partitions."""
        ...

    async def bookmarks(self) -> Collection[tuple[str, int, int]]:
        """Generation, epoch and partition of all there are."""
        ...


class LeftoversSuite:
    """Inherit, and give a fixture `world`."""

    async def test_where_nothing_is_nothing_is_removed(self, world: LeftoversWorld) -> None:
        assert (await world.leftovers.alive(), await world.leftovers.remove()) == (frozenset(), 0)
        await world.say(1)
        assert await world.leftovers.remove() == 0

    async def test_its_bookmarks_are_removed_and_those_of_others_stay(self, world: LeftoversWorld) -> None:
        await world.say(1)
        for generation in ("g1", "g2", "g20"):
            await world.stream(generation).bookmark(1, dict.fromkeys(range(PARTITIONS), 0))
        assert await world.leftovers.remove() == PARTITIONS
        assert set(await world.bookmarks()) == {(one, 1, n) for one in ("g1", "g20") for n in range(PARTITIONS)}
        assert await world.leftovers.remove() == 0

    async def test_bookmarks_of_earlier_epochs_are_removed_too(self, world: LeftoversWorld) -> None:
        await world.stream("g2").bookmark(1, {0: 0, 2: 0})
        await world.stream("g2").bookmark(3, {1: 0})
        await world.say(3)
        assert await world.leftovers.remove() == 3
        assert set(await world.bookmarks()) == set()

    async def test_a_bookmark_may_be_made_anew(self, world: LeftoversWorld) -> None:
        await world.say(1)
        await world.stream("g2").bookmark(1, {0: 0})
        await world.leftovers.remove()
        await world.stream("g2").bookmark(1, {0: 0})
        assert set(await world.bookmarks()) == {("g2", 1, 0)}

    async def test_only_its_own_projectors_count_as_alive(self, world: LeftoversWorld) -> None:
        first, other = world.member("g2", "first"), world.member("g1", "other")
        await first.beat()
        await other.beat()
        assert await world.leftovers.alive() == {"first"}
        await first.leave()
        assert await world.leftovers.alive() == frozenset()
        assert await other.beat() == {"other"}
