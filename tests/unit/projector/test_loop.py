"""The loop: through every failure, and to an end when told so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from projector.entrypoints.loop import Worker
from tests.fakes.projector_events import NumberedLog, life_of
from tests.suites.projector_waiting import until
from tests.unit.projector.projecting import Projecting


@asynccontextmanager
async def working(projecting: Projecting) -> AsyncIterator[Worker]:
    stop = asyncio.Event()
    worker = Worker(projecting.consumer, projecting.journal, stop, lambda: 0.0)
    running = asyncio.create_task(worker.run())
    yield worker
    stop.set()
    async with asyncio.timeout(10):
        await running


@pytest.fixture
async def projecting() -> Projecting:
    projecting = Projecting()
    await projecting.store.open(1, 1)
    return projecting


async def test_it_is_ready_once_the_first_look_has_succeeded(projecting: Projecting) -> None:
    stop = asyncio.Event()
    worker = Worker(projecting.consumer, projecting.journal, stop, lambda: 0.0)
    assert await worker.readiness() == ["the first look into the streams is under way"]
    async with working(projecting) as worker:
        await until(lambda: projecting.stream.reads > 2)
        assert await worker.readiness() == []


@pytest.mark.parametrize("part", ["stream", "store"])
async def test_it_waits_for_what_is_down_and_goes_on_by_itself(projecting: Projecting, part: str) -> None:
    broken = getattr(projecting, part)
    async with working(projecting) as worker:
        await until(lambda: projecting.stream.reads > 2)
        broken.down = "LOADING"
        await until(lambda: bool(projecting.journal.failures))
        assert await worker.readiness() == ["LOADING"]
        await projecting.stream.put(0, NumberedLog().append(0, life_of(1)))
        broken.down = ""
        await until(lambda: set(projecting.store.versions().values()) == {8})
        assert await worker.readiness() == []
    assert projecting.journal.failures == ["LOADING"]
    assert projecting.journal.recoveries == 1


async def test_it_outlives_what_nobody_has_foreseen(projecting: Projecting) -> None:
    def bug(_: object) -> bool:
        raise ZeroDivisionError("a bug")

    projecting.store.refuses = bug
    await projecting.stream.put(0, NumberedLog().append(0, life_of(1)))
    async with working(projecting) as worker:
        await until(lambda: bool(projecting.journal.failures))
        assert await worker.readiness() == ["unforeseen: ZeroDivisionError('a bug')"]
        projecting.store.refuses = lambda _: False
        await until(lambda: set(projecting.store.versions().values()) == {8})


async def test_it_ends_at_once_while_it_waits_for_events(projecting: Projecting) -> None:
    projecting.consumer._wait_seconds = 60
    async with working(projecting):
        await until(lambda: projecting.stream.reads > 0)


async def test_it_finishes_the_batch_in_hand(projecting: Projecting) -> None:
    stop = asyncio.Event()

    def stopping(_: object) -> bool:
        stop.set()
        return False

    projecting.store.refuses = stopping
    await projecting.stream.put(0, NumberedLog().append(0, life_of(1)))
    async with asyncio.timeout(10):
        await Worker(projecting.consumer, projecting.journal, stop, lambda: 0.0).run()
    assert set(projecting.store.versions().values()) == {8}
    assert projecting.journal.batches == [8]
