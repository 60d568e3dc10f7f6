"""What runs beside a test, and is over before what it needs is closed."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """`work` until the end of the block. How it ended is not looked at: what the test waits for does not come then."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        while not task.done():  # before Python 3.12 asyncio.wait_for may swallow a cancellation
            task.cancel()
            await asyncio.wait({task}, timeout=1)
        await asyncio.gather(task, return_exceptions=True)
