"""Waiting, in a drill: until a moment, until something has come true, or until somebody calls it off."""

import asyncio
from collections.abc import Awaitable, Callable

LOOK_AGAIN = 0.05
"""Seconds."""


class TooLate(Exception):
    """Something has not come true in time. Says what was still missing."""


async def until_after(seconds: float) -> None:
    """Until so much time has passed."""
    await asyncio.sleep(seconds)


async def until(complaint: Callable[[], Awaitable[str | None]], within: float) -> float:
    """Until there is nothing to complain about; returns for how many seconds there was.

    Raises TooLate with the last complaint after `within` seconds.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    while (last := await complaint()) is not None:
        if loop.time() - started > within:
            raise TooLate(f"after {within:.0f} s: {last}")
        await asyncio.sleep(LOOK_AGAIN)
    return loop.time() - started
