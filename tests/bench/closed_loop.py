"""Load by many clients, each of whom sends the next request when it has the answer to the last: measures the most."""

import asyncio
import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.bench.client import Answer, Connection, connect

CLIENTS: Final = 64
PATIENCE: Final = 30.0
"""Seconds."""


class WrongAnswer(Exception):
    """A server answered otherwise than the measurement expects: its speed would mean nothing."""


class Load(NamedTuple):
    """`rate` is answers per second, `answered` counts the late ones too, `busy` is the client's share of its core."""

    rate: float
    answered: int
    busy: float


async def drive(port: int, requests: Iterator[bytes], seconds: float, expected: int) -> Load:
    """Keep 64 connections busy for `seconds`; every answer must have the status `expected`.

    What is under way at the end is waited for and not counted in the rate. Raises WrongAnswer, ConnectionLost,
    TimeoutError for a server that hangs.
    """
    run = _Run(requests, expected)
    connections = await asyncio.gather(*(connect(port, run.answered, run.lost) for _ in range(CLIENTS)))
    busy, started = time.process_time(), time.perf_counter()
    run.until = started + seconds
    try:
        for connection in connections:
            run.send(connection)
        async with asyncio.timeout(seconds + PATIENCE):
            await run.finished
    finally:
        for connection in connections:
            connection.close()
    busy = (time.process_time() - busy) / (time.perf_counter() - started)
    return Load(run.in_time / seconds, run.in_time + run.late, busy)


class _Run:
    def __init__(self, requests: Iterator[bytes], expected: int) -> None:
        self._requests = requests
        self._expected = expected
        self._under_way = 0
        self.until = 0.0
        self.in_time = 0
        self.late = 0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, connection: Connection) -> None:
        self._under_way += 1
        connection.send(next(self._requests))

    def answered(self, connection: Connection, answer: Answer) -> None:
        self._under_way -= 1
        if answer.status != self._expected:
            self.lost(WrongAnswer(f"{answer.status} {answer.body[:300].decode(errors='replace')}"))
        elif time.perf_counter() < self.until:
            self.in_time += 1
            self.send(connection)
        else:
            self.late += 1
            if not self._under_way and not self.finished.done():
                self.finished.set_result(None)

    def lost(self, error: Exception) -> None:
        if not self.finished.done():
            self.finished.set_exception(error)
