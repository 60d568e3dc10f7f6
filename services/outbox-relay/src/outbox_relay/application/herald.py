"""Tells the readers once a second what this relay has seen published, of all partitions, whoever published them."""

from datetime import datetime
from typing import Final

from orders_contracts.heads import Heads
from orders_contracts.timestamps import timestamp
from outbox_relay.application.bearings import Bearings
from outbox_relay.application.completion import Completion
from outbox_relay.application.ports import Clock, EventStream, Observer, OutboxUnfit, Spoken, Stand, Tick

HEADS_SECONDS: Final = 1.0


class Herald:
    """Speaks for one relay."""

    def __init__(self, stream: EventStream, clock: Clock, observer: Observer) -> None:
        self._stream = stream
        self._clock = clock
        self._observer = observer
        self._completion = Completion(clock.now())
        self._due_at = clock.monotonic()
        self._overruled_by: Spoken | None = None

    def due(self) -> bool:
        """Whether a second has passed."""
        return self._clock.monotonic() >= self._due_at

    def begin(self, tick: int, as_of: datetime) -> None:
        """Bearings were taken: `tick` is wholly published, a picture of the moment `as_of`. Heads are due at once."""
        self._completion.begin(tick, as_of)
        self._due_at = self._clock.monotonic()

    async def tell(self, bearings: Bearings, tick: Tick) -> None:
        """Say how far it has come, in the middle of a backlog. Raises StreamUnavailable."""
        await self._announce(bearings, tick, 0)

    async def conclude(self, bearings: Bearings, tick: Tick, began: datetime) -> None:
        """Say how far it has come, once `tick`, asked for at the moment `began`, is worked off.

        Raises StreamUnavailable, and OutboxUnfit when readers know a higher epoch than the log.
        """
        self._completion.note(tick, began, bearings.published)
        before, epoch = self._overruled_by, bearings.log.epoch
        # Heads of a tick that the log has not got a second later are those of a log that is no more.
        outdated = before.tick if before and before.epoch == epoch and before.tick > tick.number else 0
        self._overruled_by = found = await self._announce(bearings, tick, outdated)
        if before and found and before.epoch > epoch and found.epoch > epoch:
            raise OutboxUnfit(
                f"write database: its epoch is {epoch}, readers are told of {found.epoch}: it is of an earlier day"
            )

    async def _announce(self, bearings: Bearings, tick: Tick, outdated: int) -> Spoken | None:
        published = tuple(sequence or 0 for sequence in bearings.published)
        logged = tuple(
            0 if standing.stopped else head for standing, head in zip(bearings.standings, tick.heads, strict=True)
        )
        heads = Heads(
            epoch=bearings.log.epoch,
            tick=self._completion.tick,
            sequences=published,
            at=timestamp(self._completion.as_of),
            logged=logged,
        )
        self._observer.stands(Stand(bearings.mine, published, tick.heads))
        spoken = await self._stream.announce(heads, outdated)
        self._due_at = self._clock.monotonic() + HEADS_SECONDS
        return spoken
