"""Which partitions are this projector's: they are shared out among the replicas that live.

This is for speed only. What two take for theirs is still applied once: checkpoints move by compare-and-set.
"""

import asyncio

from orders_contracts.members import HEARTBEAT_SECONDS, share_of
from projector.application.ports import Journal, Members, Unavailable


class Membership:
    """The members heard of last. While nothing is heard, they are taken to live on."""

    def __init__(self, me: str, members: Members, journal: Journal) -> None:
        self._me = me
        self._members = members
        self._journal = journal
        self._known: frozenset[str] = frozenset()
        self._shares: dict[int, frozenset[int]] = {}
        self._failing = False

    def share(self, partitions: int) -> frozenset[int]:
        """The partitions of this projector, out of so many."""
        if partitions not in self._shares:
            self._shares[partitions] = share_of(self._me, self._known, partitions)
        return self._shares[partitions]

    async def beat(self) -> None:
        """Say that this one lives, and learn who else does."""
        try:
            known = await self._members.beat()
        except Unavailable as error:
            if not self._failing:
                self._journal.warned(f"no heartbeat is taken: {error}")
            self._failing = True
        else:
            if known != self._known:
                self._known, self._shares = known, {}
            self._failing = False

    async def run(self) -> None:
        """A heartbeat now and then, until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def leave(self) -> None:
        """Have the others take over at once. Who cannot say so is found out a little later."""
        try:
            await self._members.leave()
        except Unavailable as error:
            self._journal.warned(f"no farewell is taken: {error}")
