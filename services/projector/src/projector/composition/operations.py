"""The verbs of people who look after a projector, each with the parts that it needs."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import uuid4

from prometheus_client import CollectorRegistry

from projector.adapters.postgres_live_models import PostgresLiveModels
from projector.adapters.postgres_parking import PostgresParking
from projector.adapters.postgres_scratch import PostgresScratch
from projector.adapters.read_ahead import AsyncioReadAhead
from projector.adapters.redis_leftovers import RedisLeftovers
from projector.adapters.redis_stream import RedisEventStream
from projector.adapters.system_clock import SystemClock
from projector.adapters.telemetry import Telemetry
from projector.application.bookmarks import Bookmarks
from projector.application.bounded_stream import BoundedStream
from projector.application.consumer import Consumer
from projector.application.forgetting import forget
from projector.application.parking_ports import ParkingLot
from projector.application.ports import Journal
from projector.application.replay import Replays
from projector.application.verifying import Report, Verification, verified
from projector.composition.process import WAIT_SECONDS
from projector.settings import Settings

Answer = TypeVar("Answer")


async def with_parking(settings: Settings, act: Callable[[ParkingLot, Journal], Awaitable[Answer]]) -> Answer:
    """Do `act` about what is parked; projectors may run meanwhile. Raises Unavailable."""
    lot = PostgresParking(settings.database_url, settings.generation)
    try:
        return await act(lot, Telemetry(SystemClock(), CollectorRegistry()))
    finally:
        await lot.close()


async def forget_generation(settings: Settings, generation: str) -> int:
    """Let go of what its projectors have left in Redis. The bookmarks. Raises StillFilled and Unavailable."""
    leftovers = RedisLeftovers(settings.redis_url, generation)
    try:
        return await forget(leftovers)
    finally:
        await leftovers.close()


async def verify(settings: Settings, *, mend: bool, tell: Callable[[int, int], None]) -> Sequence[Report]:
    """Compare the read models with the log; with `mend`, mend what differs and look again. Raises Unavailable."""
    projection = f"{settings.generation}-verify-{uuid4().hex[:8]}"
    clock, log = SystemClock(), Telemetry(SystemClock(), CollectorRegistry())
    async with contextlib.AsyncExitStack() as stack:
        redis = RedisEventStream(settings.redis_url, projection, count=settings.read_count)
        scratch = PostgresScratch(settings.database_url, settings.generation, projection)
        live = PostgresLiveModels(settings.database_url, settings.generation)
        for part in (redis, scratch, live):
            stack.push_async_callback(part.close)
        stream = BoundedStream(redis)
        consumer = Consumer(
            stream,
            scratch,
            Bookmarks(stream, log),
            Replays(stream, projection, clock, log),
            log,
            ahead=AsyncioReadAhead(),
            share=lambda partitions: frozenset(range(partitions)),
            clock=clock,
            wait_seconds=WAIT_SECONDS,
        )
        return await verified(Verification(stream, consumer, scratch, live, clock=clock, tell=tell), mend=mend)
