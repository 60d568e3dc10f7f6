"""The relay's round: number what is new, read it, publish it, and tell the readers how far the log has come."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Final

from orders_contracts.heads import Heads
from orders_contracts.timestamps import timestamp
from outbox_relay.application.bearings import Bearings, Navigator
from outbox_relay.application.ports import (
    Clock,
    EventStream,
    LinkFailure,
    Observer,
    Outbox,
    OutboxUnavailable,
    OutboxUnfit,
    Tick,
)
from outbox_relay.application.publisher import OutOfStep, Publisher

HEADS_SECONDS: Final = 1.0
CONTESTS: Final = 5
"""How often in one turn another relay may be faster before this one steps back."""
MANY: Final = 1_000
"""So many events at once are a backlog, whose age is worth a look."""


class Relay:
    """Carries the log to streams of `length` entries each."""

    def __init__(self, outbox: Outbox, stream: EventStream, clock: Clock, observer: Observer, length: int) -> None:
        self._outbox = outbox
        self._stream = stream
        self._clock = clock
        self._observer = observer
        self._navigator = Navigator(outbox, stream, length)
        self._bearings: Bearings | None = None
        self._in_step = False
        self._newest = 0
        self._complete = 0
        self._as_of = clock.now()
        self._heads_due = clock.monotonic()

    async def turn(self, halted: Callable[[], bool]) -> bool:
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
            self._in_step = False
            await self._tell_waiting()
            raise

    async def _round(self, halted: Callable[[], bool]) -> bool:
        bearings = await self._current_bearings()
        publisher = Publisher(self._stream, self._observer, bearings)
        began = self._clock.now()
        tick = await self._outbox.tick()
        busy = await self._read_up_to(tick, publisher, bearings, halted)
        if bearings.complete == tick.number:
            self._complete, self._as_of = tick.number, began
            self._observer.passed()
        await self._tell_heads(publisher, bearings)
        return busy

    async def _current_bearings(self) -> Bearings:
        """Those in hand, or new ones; with new ones the heads are due at once."""
        if self._bearings and self._in_step:
            return self._bearings
        began = self._clock.now()
        self._bearings = bearings = await self._navigator.take(self._bearings)
        self._complete = bearings.complete
        waiting = await self._outbox.waiting_seconds(bearings.complete) or 0.0
        self._as_of = began - timedelta(seconds=waiting)
        self._heads_due = self._clock.monotonic()
        self._in_step = True
        self._observer.waiting(waiting)
        for partition, standing in enumerate(bearings.standings):
            if standing.stopped:
                self._observer.stopped(partition, standing.stopped)
        self._observer.going([p for p, standing in enumerate(bearings.standings) if not standing.stopped])
        return bearings

    async def _read_up_to(
        self, tick: Tick, publisher: Publisher, bearings: Bearings, halted: Callable[[], bool]
    ) -> bool:
        expected = sum(tick.heads) - sum(bearings.counted)
        if expected > MANY:
            await self._tell_waiting()
        if len(tick.rows) == expected and min(bearings.starts) == tick.number - 1:
            await publisher.publish(tick.rows)
        elif expected:
            async with aclosing(self._outbox.read(bearings.starts, tick.number, expected)) as chunks:
                async for rows in chunks:
                    await publisher.publish(rows)
                    if halted():
                        self._in_step = False
                        return True
                    if expected > MANY:
                        await self._tell_heads(publisher, bearings)
        self._finish(tick, bearings)
        return bool(expected)

    def _finish(self, tick: Tick, bearings: Bearings) -> None:
        if bearings.counted != list(tick.heads):
            raise OutboxUnfit(f"tick {tick.number} counts {list(tick.heads)} events, outbox holds {bearings.counted}")
        if tick.number > self._newest:
            self._newest = tick.number
            self._observer.ticked(tick.number)
        bearings.starts[:] = [tick.number] * len(bearings.starts)

    async def _tell_heads(self, publisher: Publisher, bearings: Bearings) -> None:
        """Once a second, after making sure of it: what this relay has seen published, all of it up to `_as_of`."""
        if self._clock.monotonic() < self._heads_due:
            return
        await publisher.check()
        sequences = tuple(0 if standing.stopped else standing.sequence for standing in bearings.standings)
        heads = Heads(epoch=bearings.log.epoch, tick=self._complete, sequences=sequences, at=timestamp(self._as_of))
        await self._stream.announce(heads)
        self._heads_due = self._clock.monotonic() + HEADS_SECONDS

    async def _tell_waiting(self) -> None:
        try:
            waiting = await self._outbox.waiting_seconds(self._complete)
        except OutboxUnavailable:
            return
        self._observer.waiting(waiting or 0.0)
