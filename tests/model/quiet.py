"""What must come true when there are no more faults, after so many seconds at most."""

from collections.abc import Callable
from typing import Final

from orders_contracts.heads import decode_heads
from orders_contracts.streams import events_stream
from tests.model.stepping import Violation
from tests.model.world import World
from tests.model.write_side import AGGREGATES, PARTITIONS

SECONDS: Final = 45
"""A request may have to wait for 30."""
_PIECE: Final = 4
"""Events of a replay that come in a second, at least."""
_LATER: Final = 4
"""Seconds in which nobody may go on all the same."""


class Quiet:
    """The time after a schedule. `seconds` is how long the last wait took."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seconds = 0

    def must_heal(self) -> None:
        """After some time without faults all is well. Raises Violation."""
        if not self._until(self.settled):
            raise Violation(f"not well after {self.seconds} seconds\n{self.described()}")

    def must_notice(self) -> bool:
        """After some time without faults all is well, or somebody says that it is not (True). Raises Violation.

        A reader that holds as many events as the log, the last of them another one, learns it with the next event.
        """
        well = self._until(self._settled_or_noticed)
        if not well:
            self.world.store(list(range(AGGREGATES)))
            well = self._until(self._settled_or_noticed)
        if not well:
            raise Violation(f"nobody has noticed after {self.seconds} seconds\n{self.described()}")
        noticed = not self.settled()
        for _ in range(_LATER if noticed else 0):
            self.world.round()
        return noticed

    def noticed(self) -> bool:
        """Whether anybody says that he needs a person."""
        return any(relay.complains for relay in self.world.relays) or any(
            one.complains for one in self.world.projectors
        )

    def _settled_or_noticed(self) -> bool:
        return self.settled() or self.noticed()

    def _until(self, done: Callable[[], bool]) -> bool:
        self.world.calm()
        longest = SECONDS + len(self.world.write.rows) // _PIECE
        for self.seconds in range(longest):
            self.world.round()
            if done():
                return True
        return False

    def settled(self) -> bool:
        """Whether the reader holds exactly the log, and nobody has anything to complain about."""
        return self.read_whole() and self._told_whole() and self._going()

    def read_whole(self) -> bool:
        """Whether the reader holds exactly the log."""
        epoch = self.world.write.log.epoch
        return (
            self.world.write.all_numbered
            and (self.world.read.epoch == epoch or not self.world.write.rows)
            and all(self.world.read.held.get(p, []) == self.world.write.numbered(p) for p in range(PARTITIONS))
        )

    def described(self) -> str:
        """For whoever reads why it is not settled."""
        heads = self.world.server.contents.heads
        return "\n".join(
            [
                f"log {[self.world.write.numbered(p) for p in range(PARTITIONS)]}, rows {len(self.world.write.rows)}",
                f"held {self.world.read.held}, epoch {self.world.read.epoch}",
                f"heads {decode_heads(heads.data) if heads else None}",
                *(
                    f"{key} {s.last} {[e.sequence for e in s.entries]}"
                    for key, s in self.world.server.contents.streams.items()
                ),
                *(f"{one.name} {sorted(one.going)} {one.observer.failures[-3:]}" for one in self.world.relays),
                *(f"{one.name} {sorted(one.going)} {one._consumer.status()}" for one in self.world.projectors),
            ]
        )

    def _told_whole(self) -> bool:
        heads = self.world.server.contents.heads
        ends = tuple(self.world.write.heads[-1])
        if heads is None or (told := decode_heads(heads.data)).sequences != ends or told.logged != ends:
            return False
        keys = [events_stream(self.world.write.log.epoch, partition) for partition in range(PARTITIONS)]
        streams = [self.world.server.stream(key) for key in keys]
        return all((stream.last if stream else 0) == end for stream, end in zip(streams, ends, strict=True))

    def _going(self) -> bool:
        everything = frozenset(range(PARTITIONS))
        relayed = [relay.going for relay in self.world.relays]
        projected = [projector.going for projector in self.world.projectors]
        return everything == relayed[0] | relayed[1] == projected[0] | projected[1]
