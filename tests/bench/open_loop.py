"""Load that does not wait for answers: requests leave when they are due, as those of independent people do."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Self

from tests.bench.client import Answer, Connection, connect

Then = Callable[[Answer], None]


class Line:
    """Some connections to one server. A request takes an idle one, or waits for the next that is."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self._busy: dict[Connection, Then] = {}
        self._waiting: deque[tuple[bytes, Then]] = deque()
        self._quiet = asyncio.Event()
        self._failure: Exception | None = None
        self.queued = 0
        """How many requests found no idle connection."""

    @classmethod
    async def open(cls, port: int, count: int) -> Self:
        """Raises OSError when nobody listens."""
        line = cls()
        line._idle = [await connect(port, line._answered, line._lost) for _ in range(count)]
        line._quiet.set()
        return line

    def send(self, request: bytes, then: Then) -> None:
        """Send it; `then` gets the answer."""
        self._quiet.clear()
        if self._idle:
            self._give(self._idle.pop(), request, then)
        else:
            self.queued += 1
            self._waiting.append((request, then))

    async def quiet(self) -> None:
        """Wait until everything is answered. Raises what went wrong on the way, TimeoutError after 20 s."""
        async with asyncio.timeout(20):
            await self._quiet.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        for connection in [*self._idle, *self._busy]:
            connection.close()

    def _give(self, connection: Connection, request: bytes, then: Then) -> None:
        self._busy[connection] = then
        connection.send(request)

    def _answered(self, connection: Connection, answer: Answer) -> None:
        then = self._busy.pop(connection)
        if self._waiting:
            self._give(connection, *self._waiting.popleft())
        else:
            self._idle.append(connection)
        try:
            then(answer)
        except Exception as error:  # noqa: BLE001 - told to whoever waits for quiet
            self._lost(error)
        if not self._busy:
            self._quiet.set()

    def _lost(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._quiet.set()


async def arrivals(rate: float, seconds: float, random: Random) -> AsyncIterator[float]:
    """The moment that is due, at each arrival of a Poisson process of `rate` per second.

    It is time.perf_counter's, and may have passed: arrivals within a millisecond come together.
    """
    due = time.perf_counter()
    end = due + seconds
    while (due := due + random.expovariate(rate)) < end:
        rest = due - time.perf_counter()
        if rest > 0:
            await asyncio.sleep(max(rest, 0.001))
        yield due
