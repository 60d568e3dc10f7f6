"""Starting and stopping the parts of query-api, and waiting for what they do."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from query_api.composition import Parts
from tests.suites.beside import beside

PAGE_TOKEN_SECRET = SecretStr("a secret that is long enough for a test")


@asynccontextmanager
async def running(parts: Parts) -> AsyncIterator[Parts]:
    """`parts`, with the pool open and the change feed connected."""
    await parts.database.open()
    try:
        async with beside(parts.feed.run()):
            await until(lambda: parts.feed.connected)
            yield parts
    finally:
        await parts.database.close()


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Return as soon as `true` says so. Raises TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        await asyncio.sleep(0.005)
