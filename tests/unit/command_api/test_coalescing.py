"""The coalescer: nobody waits alone, all who wait go together, and each is told its own end."""

import asyncio
from collections.abc import Sequence

import pytest

from command_api.adapters.postgres.coalescing import Coalescer


class Work:
    """Doubles numbers, one batch at a time as it is let; remembers the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.running = 0
        self.most_running = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await self.gate.wait()
        self.running -= 1
        if 13 in items:
            raise RuntimeError("thirteen")
        return [ValueError(f"{item} is negative") if item < 0 else item * 2 for item in items]


def coalescer(work: Work, *, lanes: int = 1, most: int = 10) -> Coalescer[int, int]:
    return Coalescer(work, lanes=lanes, most=most)


async def begun(work: Work, batches: int) -> None:
    """Wait until so many batches are under way."""
    async with asyncio.timeout(5):
        while len(work.batches) < batches:  # noqa: ASYNC110 - one turn of the loop at a time, nothing to be told of
            await asyncio.sleep(0)


async def test_a_lone_item_goes_at_once() -> None:
    work = Work()
    ask = coalescer(work)
    assert await ask(1) == 2
    assert await ask(2) == 4
    assert work.batches == [[1], [2]]


async def test_what_comes_while_work_is_under_way_goes_together_next() -> None:
    work = Work()
    ask = coalescer(work)
    work.gate.clear()
    first = asyncio.create_task(ask(1))
    await begun(work, 1)
    others = [asyncio.create_task(ask(number)) for number in range(2, 7)]
    await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12]
    assert work.batches == [[1], [2, 3, 4, 5, 6]]


async def test_a_batch_has_a_most_and_the_rest_goes_after_it() -> None:
    work = Work()
    ask = coalescer(work, most=4)
    assert await asyncio.gather(*(ask(number) for number in range(10))) == [number * 2 for number in range(10)]
    assert [len(batch) for batch in work.batches] == [4, 4, 2]


async def test_no_more_batches_are_under_way_than_there_are_lanes() -> None:
    work = Work()
    ask = coalescer(work, lanes=2, most=1)
    work.gate.clear()
    asked = [asyncio.create_task(ask(number)) for number in range(9)]
    await begun(work, 2)
    work.gate.set()
    assert await asyncio.gather(*asked) == [number * 2 for number in range(9)]
    assert work.most_running == 2


async def test_an_error_of_one_item_is_its_own() -> None:
    work = Work()
    ask = coalescer(work)
    good, bad, other = await asyncio.gather(ask(1), ask(-1), ask(3), return_exceptions=True)
    assert (good, other) == (2, 6)
    assert isinstance(bad, ValueError)


async def test_an_error_of_the_whole_work_is_everyone_s_and_the_next_batch_is_served() -> None:
    work = Work()
    ask = coalescer(work)
    ends = await asyncio.gather(ask(1), ask(13), return_exceptions=True)
    assert [type(end) for end in ends] == [RuntimeError, RuntimeError]
    assert await ask(2) == 4


async def test_who_leaves_does_not_disturb_the_others() -> None:
    work = Work()
    ask = coalescer(work)
    work.gate.clear()
    first, leaver, stayer = [asyncio.create_task(ask(number)) for number in (1, 2, 3)]
    await begun(work, 1)
    leaver.cancel()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaver
    work.gate.set()
    assert await stayer == 6
    assert await ask(4) == 8


async def test_who_leaves_before_the_work_begins_does_not_either() -> None:
    work = Work()
    ask = coalescer(work, most=1)
    work.gate.clear()
    first = asyncio.create_task(ask(1))
    await begun(work, 1)
    waiting = [asyncio.create_task(ask(number)) for number in (2, -3, 4)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    work.gate.set()
    assert [await asked for asked in (first, waiting[0], waiting[2])] == [2, 4, 8]


async def test_work_that_answers_too_few_is_an_error_and_nobody_waits_for_ever() -> None:
    async def forgetful(items: Sequence[int]) -> Sequence[int | Exception]:
        return list(items)[1:]

    ask: Coalescer[int, int] = Coalescer(forgetful, lanes=1, most=10)
    async with asyncio.timeout(5):
        ends = await asyncio.gather(ask(1), ask(2), return_exceptions=True)
    assert all(isinstance(end, Exception) for end in ends)
