"""Work beside the requests: again and again, whatever happens, until the process ends."""

import asyncio
from collections.abc import Callable

import pytest
import structlog

from command_api.application.errors import Unavailable
from command_api.entrypoints.recurring import Recurring


class Work:
    """Ends each time as it is told, then has nothing more to do; `done` is set after the last."""

    def __init__(self, *ends: bool | Exception) -> None:
        self.left = list(ends)
        self.times = 0
        self.done = asyncio.Event()

    async def __call__(self) -> bool:
        self.times += 1
        end = self.left.pop(0) if self.left else False
        if not self.left:
            self.done.set()
        if isinstance(end, Exception):
            raise end
        return end


async def run(work: Work, seconds: float) -> None:
    async with asyncio.timeout(5), Recurring("work", work, seconds=seconds).running():
        await work.done.wait()


async def test_work_is_done_again_and_again() -> None:
    work = Work(False, False, False)
    await run(work, 0.001)
    assert work.times >= 3


async def test_where_there_is_more_to_do_nobody_waits() -> None:
    work = Work(*[True] * 50, False)
    started = asyncio.get_running_loop().time()
    await run(work, 0.2)
    assert asyncio.get_running_loop().time() - started < 50 * 0.2 * 0.5
    assert work.times >= 51


@pytest.mark.parametrize(("error", "level"), [(Unavailable("gone"), "warning"), (RuntimeError("a fault"), "error")])
async def test_a_failure_is_told_and_the_work_goes_on(error: Exception, level: str) -> None:
    work = Work(error, False)
    with structlog.testing.capture_logs() as lines:
        await run(work, 0.001)
    assert [(line["log_level"], line["work"]) for line in lines] == [(level, "work")]


async def test_the_first_time_is_not_at_once_and_the_end_is() -> None:
    work = Work(False)
    async with asyncio.timeout(5), Recurring("work", work, seconds=1_000).running():
        await asyncio.sleep(0)
    assert work.times == 0


async def test_what_is_in_hand_is_finished_and_no_more_is_begun() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    ends: list[str] = []

    async def work() -> bool:
        begun.set()
        await go_on.wait()
        ends.append("finished")
        return True

    async def end(leave: Callable[[], object]) -> None:
        await begun.wait()
        asyncio.get_running_loop().call_soon(leave)

    async with asyncio.timeout(5), Recurring("work", work, seconds=0.001).running():
        await end(go_on.set)
    assert ends == ["finished"]
