"""Work that every replica does now and then, beside the requests, until the process ends."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from command_api.application.errors import Unavailable

_log = structlog.stdlib.get_logger()


class Recurring:
    """Runs `work` every `seconds`, more or less: replicas that started together do not stay together."""

    def __init__(self, name: str, work: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
        """`work` does a small part, and tells whether there is more to be done at once. `name` is for the log."""
        self._name = name
        self._work = work
        self._seconds = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run as long as the context lasts. On leaving it the part in hand is finished."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self._run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await task

    async def _run(self, stopping: asyncio.Event) -> None:
        while not await self._pause(stopping):
            try:
                while await self._work() and not stopping.is_set():
                    pass
            except Unavailable as error:
                _log.warning("not done this time", work=self._name, reason=str(error))
            except Exception:  # noqa: BLE001 - one failure must not end all work to come
                _log.exception("not done this time", work=self._name)

    async def _pause(self, stopping: asyncio.Event) -> bool:
        """Wait; tells whether it is over."""
        seconds = self._seconds * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the load, guards nothing
        try:
            await asyncio.wait_for(stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True
