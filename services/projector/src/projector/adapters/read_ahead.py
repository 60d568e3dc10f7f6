"""A look into the streams as a task of asyncio."""

import asyncio
import contextlib

from projector.application.looks import Look, Turn


class AsyncioReadAhead:
    """See ReadAhead."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Turn] | None = None

    def begin(self, look: Look) -> None:
        """See ReadAhead."""
        self._task = asyncio.create_task(look())

    async def take(self) -> Turn | None:
        """See ReadAhead."""
        task, self._task = self._task, None
        return None if task is None else await task

    async def discard(self) -> None:
        """See ReadAhead."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
            with contextlib.suppress(asyncio.CancelledError):
                task.exception()
