"""Waiting for something to become true."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 15) -> None:
    """Return as soon as `condition` holds. Raises TimeoutError when it does not within `seconds`.

    Looking takes a fifth of the time, however long a look takes.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        await asyncio.sleep(max(0.005, 4 * (time.monotonic() - began)))
