"""What every Members does."""

from collections.abc import Callable
from typing import Protocol

import pytest

from projector.application.ports import Members, Unavailable


class MembersWorld(Protocol):
    """Replicas, and what they share."""

    @property
    def member(self) -> Callable[[str], Members]:
        """A replica of this name."""
        ...

    async def refuse(self) -> None:
        """Take no heartbeat from now on."""
        ...


class MembersSuite:
    """Inherit, and give a fixture `world`."""

    async def test_who_beats_is_seen_by_all_and_by_himself(self, world: MembersWorld) -> None:
        first, second = world.member("first"), world.member("second")
        assert await first.beat() == {"first"}
        assert await second.beat() == {"first", "second"}
        assert await first.beat() == {"first", "second"}

    async def test_who_leaves_is_gone_at_once(self, world: MembersWorld) -> None:
        first, second = world.member("first"), world.member("second")
        await first.beat()
        await second.beat()
        await first.leave()
        assert await second.beat() == {"second"}

    async def test_who_leaves_may_come_again(self, world: MembersWorld) -> None:
        first = world.member("first")
        await first.leave()
        assert await first.beat() == {"first"}

    async def test_a_heartbeat_that_is_not_taken_is_said_so(self, world: MembersWorld) -> None:
        first = world.member("first")
        await world.refuse()
        with pytest.raises(Unavailable):
            await first.beat()
