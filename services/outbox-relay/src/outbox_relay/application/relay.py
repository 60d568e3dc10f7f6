"""The relay's round: number what is new, read it, publish it, and tell the readers how far the log has come."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Final, NamedTuple

from outbox_relay.application.bearings import Bearings, Navigator, OutOfStep
from outbox_relay.application.herald import Herald
from outbox_relay.application.lookout import Lookout
from outbox_relay.application.ports import (
    Clock,
    EventStream,
    LinkFailure,
    Membership,
    Observer,
    Outbox,
    OutboxUnavailable,
    OutboxUnfit,
    Tick,
)
from outbox_relay.application.publisher import Publisher

CONTESTS: Final = 5
"""How often in one turn another relay may be faster before this one steps back."""
MANY: Final = 1_000
"""So many events at once are a backlog, whose age is worth a look."""

Halted = Callable[[], bool]
"""Whether the relay has been told to stop."""


class Serving(NamedTuple):
    """What a relay publishes: of `epoch` with so many `partitions`, those that are `mine` and not stopped.

    Nothing is `mine` while the relay cannot go on. The log has been numbered up to `newest` at least.
    """

    epoch: int
    partitions: int
    mine: frozenset[int]
    newest: Tick | None


class Relay:
    """Carries the log to streams of `length` entries each: the partitions that are its own among the members."""

    def __init__(
        self,
        outbox: Outbox,
        stream: EventStream,
        membership: Membership,
        clock: Clock,
        observer: Observer,
        *,
        length: int,
    ) -> None:
        self._outbox = outbox
        self._stream = stream
        self._clock = clock
        self._observer = observer
        self._navigator = Navigator(outbox, stream, length)
        self._lookout = Lookout(outbox, stream, membership)
        self._herald = Herald(stream, clock, observer)
        self._bearings: Bearings | None = None
        self._in_step = False
        self._failing = True
        self._newest: Tick | None = None

    @property
    def serving(self) -> Serving:
        """What this relay publishes at the moment."""
        if self._bearings is None:
            return Serving(0, 0, frozenset(), None)
        mine = [] if self._failing else self._bearings.followed
        return Serving(*self._bearings.log, frozenset(mine), self._newest)

    async def turn(self, halted: Halted) -> bool:
        """Publish all that there is; True if there was something. Stops between two chunks once `halted`.

        Raises LinkFailure when it cannot go on; the next turn begins with taking bearings.
        """
        try:
            for _ in range(CONTESTS):
                try:
                    return await self._round(halted)
                except OutOfStep:
                    self._in_step = False
            return await self._round(halted)
        except LinkFailure:
            self._in_step, self._failing = False, True
            await self._tell_waiting()
            raise

    async def _round(self, halted: Halted) -> bool:
        due, ends = self._herald.due(), None
        if self._bearings is None or not self._in_step:
            self._bearings, due = await self._take_bearings(), True
        elif due:
            ends = await self._lookout.look(self._bearings)
        bearings, began = self._bearings, self._clock.now()
        tick = await self._outbox.tick()
        self._see(tick)
        if ends is not None:
            await self._navigator.follow_others(bearings, ends, tick)
        busy = await self._work_off(tick, bearings, halted)
        if due and self._herald.due():
            await self._herald.conclude(bearings, tick, began)
        if bearings.complete == tick.number:
            self._observer.passed()
        return busy

    async def _take_bearings(self) -> Bearings:
        began = self._clock.now()
        bearings = await self._navigator.take(self._bearings)
        waiting = await self._outbox.waiting_seconds(bearings.complete) or 0.0
        self._herald.begin(bearings.complete, began - timedelta(seconds=waiting))
        bearings.mine = await self._lookout.share(bearings.log)
        self._observer.waiting(waiting)
        for partition, standing in enumerate(bearings.standings):
            if standing.stopped:
                self._observer.stopped(partition, standing.stopped)
        self._observer.going([p for p, standing in enumerate(bearings.standings) if not standing.stopped])
        await self._lookout.make_room(bearings)
        self._see(bearings.newest)
        self._in_step, self._failing = True, False
        return bearings

    async def _work_off(self, tick: Tick, bearings: Bearings, halted: Halted) -> bool:
        """Read and publish this relay's partitions up to a tick; True if there was something."""
        publisher = Publisher(self._stream, self._observer, bearings)
        expected = sum(tick.heads) - sum(bearings.counted)
        if len(tick.rows) == expected and bearings.complete == tick.number - 1:
            await publisher.publish(tick.rows)
        elif expected:
            bearings.pass_over(tick)
            expected = sum(tick.heads) - sum(bearings.counted)
            if expected and not await self._read(tick, expected, publisher, bearings, halted):
                self._in_step = False
                return True
        self._finish(tick, bearings)
        return bool(expected)

    async def _read(self, tick: Tick, expected: int, publisher: Publisher, bearings: Bearings, halted: Halted) -> bool:
        """Publish what has to be read for it; False when the relay was told to stop before the end."""
        if expected > MANY:
            await self._tell_waiting()
        async with aclosing(self._outbox.read(bearings.starts, tick.number, expected)) as chunks:
            async for rows in chunks:
                await publisher.publish(rows)
                if halted():
                    return False
                if expected > MANY and self._herald.due():
                    await self._lookout.glance(bearings)
                    await self._herald.tell(bearings, tick)
        return True

    def _finish(self, tick: Tick, bearings: Bearings) -> None:
        if bearings.counted != list(tick.heads):
            raise OutboxUnfit(f"tick {tick.number} counts {list(tick.heads)} events, outbox holds {bearings.counted}")
        bearings.starts[:] = [tick.number] * len(bearings.starts)

    def _see(self, tick: Tick) -> None:
        if tick.number > (self._newest.number if self._newest else 0):
            self._observer.ticked(tick.number)
        self._newest = Tick(tick.number, tick.heads)

    async def _tell_waiting(self) -> None:
        try:
            waiting = await self._outbox.waiting_seconds(self._bearings.complete if self._bearings else 0)
        except OutboxUnavailable:
            return
        self._observer.waiting(waiting or 0.0)
