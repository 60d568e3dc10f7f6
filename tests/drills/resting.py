"""When a system has recovered, and when it has come to rest."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import psycopg
import redis

from tests.drills.checker.asking import read_lengths
from tests.drills.checker.checking import behind, unended, unpublished
from tests.drills.figures import stale
from tests.drills.pace import until
from tests.drills.system import System

RECOVERS_WITHIN: Final = 60.0


async def until_recovered(system: System) -> float:
    """Until every process is ready and all that was in the log when the faults ended has been applied.

    Returns how many seconds that took. Raises TooLate.
    """
    began = time.monotonic()
    await until(system.complaint, RECOVERS_WITHIN)
    lengths: dict[int, int] = {}

    def measured() -> str | None:
        lengths.update(read_lengths(system.urls["write-db"]))
        return None

    await until(lambda: asked(measured), RECOVERS_WITHIN)
    await until(lambda: asked(lambda: behind(system.urls, lengths)), RECOVERS_WITHIN)
    return time.monotonic() - began


async def restless(system: System) -> str | None:
    """What is not yet done; None when all is published, applied, and known to be fresh, and no command is to come."""
    return (
        await system.complaint()
        or await asked(lambda: unended(system.urls))
        or await asked(lambda: behind(system.urls))
        or await asked(lambda: unpublished(system.urls))
        or await stale(system.ports["query-api"])
    )


def asked(question: Callable[[], str | None]) -> Awaitable[str | None]:
    """The answer to a question to engines; where they do not answer, that is the complaint."""

    def ask() -> str | None:
        try:
            return question()
        except (psycopg.Error, redis.RedisError) as error:
            return f"{type(error).__name__}: {error}"

    return asyncio.to_thread(ask)
