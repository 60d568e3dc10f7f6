"""The worker's loop: turn after turn, through every failure, until it is told to stop."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, Protocol

from projector.application.consumer import Consumer
from projector.application.ports import Unavailable

_FIRST_REST: Final = 0.05
_LONGEST_REST: Final = 1.0
"""Seconds between two attempts. What comes back is noticed within the longest."""


class LoopJournal(Protocol):
    """Where the loop tells people how it fares."""

    def failing(self, reason: str, error: BaseException | None) -> None:
        """It cannot go on; `error` is one that nobody has foreseen."""
        ...

    def recovered(self) -> None:
        """It goes on."""
        ...


class Worker:
    """Drives a consumer. `jitter` answers numbers from 0 to 1, to keep replicas from knocking in step."""

    def __init__(
        self, consumer: Consumer, journal: LoopJournal, stop: asyncio.Event, jitter: Callable[[], float]
    ) -> None:
        self._consumer = consumer
        self._journal = journal
        self._stop = stop
        self._jitter = jitter
        self._failures = 0
        self._trouble = "the first look into the streams is under way"

    async def readiness(self) -> list[str]:
        """Why the projector is not ready; none if it is."""
        return [self._trouble] if self._trouble else self._consumer.reasons()

    async def run(self) -> None:
        """Returns once `stop` is set and the batch in hand is finished."""
        stopping = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                try:
                    await self._turn(stopping)
                except Unavailable as error:
                    await self._rest(str(error), None)
                # A worker must outlive what nobody has foreseen: it says so, is unready, and tries again.
                except Exception as error:  # noqa: BLE001
                    await self._rest(f"unforeseen: {error!r}", error)
        finally:
            stopping.cancel()
            await self._consumer.reset()

    async def _turn(self, stopping: "asyncio.Task[object]") -> None:
        reading = asyncio.create_task(self._consumer.read())
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            reading.cancel()
            await asyncio.wait({reading})
            return
        await self._consumer.apply(reading.result())
        if self._trouble:
            if self._failures:
                self._journal.recovered()
            self._trouble, self._failures = "", 0

    async def _rest(self, reason: str, error: Exception | None) -> None:
        if reason != self._trouble:
            self._journal.failing(reason, error)
        self._trouble = reason
        await self._consumer.reset()
        rest = min(_LONGEST_REST, _FIRST_REST * 2 ** min(self._failures, 10)) * (0.5 + 0.5 * self._jitter())
        self._failures += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), rest)
