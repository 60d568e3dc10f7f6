"""Looks around once a second: who else relays, whose database it is, and how the streams end."""

from orders_contracts.members import share_of
from outbox_relay.application.bearings import Bearings, OutOfStep
from outbox_relay.application.ports import EventStream, Last, Log, Membership, Outbox


class Lookout:
    """Finds what a relay that only publishes would not notice. Every method raises LinkFailure."""

    def __init__(self, outbox: Outbox, stream: EventStream, membership: Membership) -> None:
        self._outbox = outbox
        self._stream = stream
        self._membership = membership

    async def share(self, log: Log) -> frozenset[int]:
        """Be heard of, and see which partitions are this relay's."""
        return share_of(self._membership.name, await self._membership.beat(), log.partitions)

    async def make_room(self, bearings: Bearings) -> None:
        """Let go of what all readers have passed. Must come before any write: Redis may be full."""
        await self._stream.trim(bearings.log.epoch, bearings.followed)

    async def look(self, bearings: Bearings) -> list[Last]:
        """How all streams end; `bearings.mine` is as of now. Raises OutOfStep when bearings must be taken anew."""
        log = await self._outbox.look()
        if log != bearings.log:
            raise OutOfStep(f"the log is in epoch {log.epoch} now")
        return await self.glance(bearings)

    async def glance(self, bearings: Bearings) -> list[Last]:
        """The same, without the write database: it may be in the middle of an answer."""
        mine = await self.share(bearings.log)
        if gained := mine - bearings.mine:
            raise OutOfStep(f"partitions {sorted(gained)} have come to this relay")
        bearings.mine = mine
        ends = await self._stream.last(bearings.log.epoch, range(bearings.log.partitions))
        followed = set(bearings.followed)
        for partition, (standing, end) in enumerate(zip(bearings.standings, ends, strict=True)):
            if standing.ends_with(end) or (partition not in followed and standing.moved_on(end)):
                continue
            raise OutOfStep(f"partition {partition} ends with {end.entry}, not with {standing.seen.entry}")
        await self.make_room(bearings)
        return ends
