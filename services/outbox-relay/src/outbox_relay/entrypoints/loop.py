"""The relay's life: one turn after the other, a rest when there is nothing, a longer one when it cannot go on."""

import asyncio
import random
from contextlib import suppress
from typing import Final, NamedTuple

from outbox_relay.application.ports import LinkFailure, Observer
from outbox_relay.application.relay import Relay

FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 0.5
PATIENCE: Final = 25
"""How many times as long as a rest nothing has come before it."""


def pause(attempt: int) -> float:
    """Seconds to wait before try `attempt` (from 1): none, then 50 ms doubling to half a second, less up to half."""
    if attempt == 1:
        return 0.0
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 2, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- spreads retries; guards nothing


class Rests(NamedTuple):
    """How long to wait before looking again at a log that had nothing new, in seconds."""

    shortest: float
    longest: float

    def after(self, quiet: float) -> float:
        """The rest when nothing has come for `quiet` seconds.

        An event waits a fiftieth of the time since the one before it on average, and a shop that sleeps costs little.
        """
        return max(self.shortest, min(self.longest, quiet / PATIENCE))


async def run(relay: Relay, observer: Observer, stop: asyncio.Event, rests: Rests) -> None:
    """Turn until `stop` is set; what is in hand then is finished."""
    attempt, clock = 0, asyncio.get_running_loop().time
    last = clock()
    while not stop.is_set():
        try:
            busy = await relay.turn(stop.is_set)
        except LinkFailure as failure:
            attempt += 1
            observer.failed(failure)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause(attempt))
        else:
            attempt = 0
            if busy:
                last = clock()
            # Another task must get its turn even when there is always work.
            await asyncio.sleep(0 if busy else rests.after(clock() - last))
