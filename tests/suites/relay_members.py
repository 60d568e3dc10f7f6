"""What every members' list of the relay must do, in memory or in Redis."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from orders_contracts.members import MEMBER_SECONDS
from outbox_relay.application.ports import Membership

Join = Callable[[str], Membership]
"""A place on the list under this name."""
Later = Callable[[float], Awaitable[None]]
"""So many seconds go by, in which nobody is heard of."""
Refused = Callable[[], AbstractAsyncContextManager[None]]
"""While it lasts, nothing can be written."""


class MembersSuite:
    """Subclasses give the fixtures `join`, `later` and `refused`."""

    async def test_a_member_counts_itself(self, join: Join) -> None:
        assert await join("a").beat() == {"a"}

    async def test_members_see_each_other_from_the_next_heartbeat_on(self, join: Join) -> None:
        first, second = join("a"), join("b")
        assert await first.beat() == {"a"}
        assert await second.beat() == {"a", "b"}
        assert await first.beat() == {"a", "b"}

    async def test_who_says_goodbye_is_gone_at_once(self, join: Join) -> None:
        first, second = join("a"), join("b")
        await first.beat()
        await second.beat()
        await second.leave()
        await second.leave()
        assert await first.beat() == {"a"}

    async def test_who_has_been_silent_for_too_long_is_gone(self, join: Join, later: Later) -> None:
        first, second = join("a"), join("b")
        await second.beat()
        await later(MEMBER_SECONDS / 2)
        assert await first.beat() == {"a", "b"}
        await later(MEMBER_SECONDS / 2 + 0.5)
        assert await first.beat() == {"a"}
        assert await second.beat() == {"a", "b"}

    async def test_while_nothing_can_be_written_the_last_known_members_count(
        self, join: Join, refused: Refused, later: Later
    ) -> None:
        first, second, late = join("a"), join("b"), join("c")
        await second.beat()
        await first.beat()
        async with refused():
            await later(MEMBER_SECONDS * 2)
            assert await first.beat() == {"a", "b"}
            assert await late.beat() == {"c"}
        assert await first.beat() == {"a"}
