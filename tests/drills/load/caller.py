"""Asking one server over HTTP: keep-alive connections, bounded patience, and a clear word on what is not known."""

import asyncio
from typing import Final

from tests.bench.client import Answer, Connection, connect

PATIENCE: Final = 6.0
"""Seconds that a client waits for an answer."""
CONNECTING: Final = 2.0


class Unsent(Exception):
    """Nobody was there to send it to: it has certainly had no effect."""


class Unanswered(Exception):
    """It was sent and no answer came: whether it had an effect is not known."""


class Caller:
    """Connections to one port; each carries one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Wire] = []

    async def ask(self, request: bytes) -> Answer:
        """Send it and wait. Raises Unsent, Unanswered."""
        wire = self._take() or await self._open()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await wire.ask(request)
        except TimeoutError:
            wire.close()
            raise Unanswered("timeout") from None
        if answer.head.lower().find(b"\r\nconnection: close") < 0:
            self._idle.append(wire)
        else:
            wire.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> "_Wire | None":
        while self._idle:
            wire = self._idle.pop()
            if wire.alive:
                return wire
        return None

    async def _open(self) -> "_Wire":
        wire = _Wire()
        try:
            async with asyncio.timeout(CONNECTING):
                wire.connection = await connect(self._port, wire.answered, wire.lost)
        except (OSError, TimeoutError) as error:
            raise Unsent(type(error).__name__) from None
        return wire


class _Wire:
    """One connection, and the request that is under way on it."""

    def __init__(self) -> None:
        self.alive = True
        self.connection: Connection | None = None
        self._answer: asyncio.Future[Answer] | None = None

    async def ask(self, request: bytes) -> Answer:
        assert self.connection is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.connection.send(request)
        return await self._answer

    def answered(self, _: Connection, answer: Answer) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def lost(self, error: Exception) -> None:
        self.alive = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unanswered(str(error) or type(error).__name__))

    def close(self) -> None:
        self.alive = False
        if self.connection is not None:
            self.connection.close()
