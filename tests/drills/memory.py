"""What Redis holds, looked at once a second: under a steady load it must not grow for ever."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any, Final, NamedTuple

import redis

from tests.drills.pace import until_after

EVERY: Final = 1.0
"""Seconds."""
PATIENCE: Final = 0.8
EVENTS: Final = "cqrs:events:*"
BLOCKS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 60


class Sample(NamedTuple):
    """`used` bytes of memory, and `entries` in all streams of events."""

    used: int
    entries: int


@asynccontextmanager
async def sampled(url: str, samples: list[Sample]) -> AsyncIterator[None]:
    """Meanwhile, what the Redis at `url` holds is appended; nothing while it does not answer."""
    sampling = asyncio.create_task(_sample(url, samples))
    try:
        yield
    finally:
        sampling.cancel()


def curve(values: Sequence[int], top: int, width: int = WIDTH) -> str:
    """One character for each of `width` stretches of `values`: the highest in it, between nought and `top`."""
    stretches = min(width, len(values))
    edges = [len(values) * number // max(1, stretches) for number in range(stretches + 1)]
    highest = [max(values[first:last]) for first, last in pairwise(edges)]
    return "".join(BLOCKS[min(len(BLOCKS) - 1, value * len(BLOCKS) // max(1, top))] for value in highest)


def look(client: "redis.Redis") -> Sample:
    """What it holds now. Raises redis.RedisError."""
    info: Any = client.info("memory")
    keys = list(client.scan_iter(EVENTS, count=1_000))
    with client.pipeline(transaction=False) as asking:
        for key in keys:
            asking.xlen(key)
        return Sample(int(info["used_memory"]), sum(asking.execute()))


async def _sample(url: str, samples: list[Sample]) -> None:
    with redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None) as client:
        while True:
            with suppress(redis.RedisError):
                samples.append(await asyncio.to_thread(look, client))
            await until_after(EVERY)
