"""Up to which tick everything is published, by whichever relay, and what moment that is a picture of."""

from collections.abc import Sequence
from datetime import datetime

from outbox_relay.application.ports import Tick


class Completion:
    """`tick` is wholly published, and holds all that was committed at the moment `as_of`."""

    def __init__(self, as_of: datetime) -> None:
        self.tick = 0
        self.as_of = as_of
        self._candidate: tuple[Tick, datetime] | None = None

    def begin(self, tick: int, as_of: datetime) -> None:
        """Start anew from what bearings have shown."""
        self.tick, self.as_of, self._candidate = tick, as_of, None

    def note(self, newest: Tick, began: datetime, published: Sequence[int | None]) -> None:
        """Compare what is published by partition (None: nothing may be) with a tick taken since the moment `began`.

        Other relays need a while for it, so one tick is kept until they have got there.
        """
        if reached(newest, published):
            self.begin(newest.number, began)
            return
        if self._candidate and reached(self._candidate[0], published):
            tick, at = self._candidate
            self.begin(tick.number, at)
        self._candidate = self._candidate or (newest, began)


def reached(tick: Tick, published: Sequence[int | None]) -> bool:
    """Whether all events up to the tick are published."""
    return all(has is None or has >= head for has, head in zip(published, tick.heads, strict=True))
