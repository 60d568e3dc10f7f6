"""Look-ups that arrive together go together, and each gets its own answer."""

import asyncio

import pytest

from query_api.adapters.postgres.coalescing import Coalescer


class Shelf:
    """Holds its answers back until it is opened."""

    def __init__(self, **content: int) -> None:
        self.content = content
        self.asked: list[list[str]] = []
        self.open = asyncio.Event()

    async def fetch(self, keys: list[str]) -> dict[str, int]:
        self.asked.append(keys)
        seen = dict(self.content)
        await self.open.wait()
        return {key: seen[key] for key in keys if key in seen}


async def turn() -> None:
    """Let every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_arrives_while_one_is_under_way_goes_together_next() -> None:
    shelf = Shelf(a=1, b=2, c=3)
    coalescer = Coalescer(shelf.fetch)
    first = coalescer.load("a")
    await turn()
    rest = [coalescer.load(key) for key in ("b", "c", "b", "x")]
    await turn()
    assert shelf.asked == [["a"]]
    shelf.open.set()
    assert await first == 1
    assert await asyncio.gather(*rest) == [2, 3, 2, None]
    assert shelf.asked == [["a"], ["b", "c", "x"]]


async def test_a_key_that_is_being_looked_up_is_looked_up_again_for_who_comes_later() -> None:
    shelf = Shelf(a=1)
    coalescer = Coalescer(shelf.fetch)
    early = coalescer.load("a")
    await turn()
    shelf.content["a"] = 2
    late = coalescer.load("a")
    shelf.open.set()
    assert (await early, await late) == (1, 2)


async def test_a_failure_is_told_to_those_of_that_look_up_only() -> None:
    failures = [RuntimeError("lost"), None]

    async def fetch(keys: list[str]) -> dict[str, int]:
        await asyncio.sleep(0)
        failure = failures.pop(0)
        if failure is not None:
            raise failure
        return dict.fromkeys(keys, 1)

    coalescer = Coalescer(fetch)
    first = [coalescer.load("a"), coalescer.load("b")]
    assert [type(answer) for answer in await asyncio.gather(*first, return_exceptions=True)] == [RuntimeError] * 2
    assert await coalescer.load("a") == 1


async def test_one_who_gives_up_does_not_disturb_the_others() -> None:
    shelf = Shelf(a=1)
    coalescer = Coalescer(shelf.fetch)
    patient, impatient = coalescer.load("a"), coalescer.load("a")
    impatient.cancel()
    shelf.open.set()
    assert await patient == 1
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_as_many_as_may_go_together_go_at_once_beside_those_that_are_under_way() -> None:
    shelf = Shelf(a=1, b=2, c=3, d=4)
    coalescer = Coalescer(shelf.fetch, most=2)
    asked = [coalescer.load("a")]
    await turn()
    asked += [coalescer.load(key) for key in ("b", "b", "c", "d")]
    await turn()
    assert shelf.asked == [["a"], ["b", "c"]]
    shelf.open.set()
    assert await asyncio.gather(*asked) == [1, 2, 2, 3, 4]
    assert shelf.asked == [["a"], ["b", "c"], ["d"]]
    assert await coalescer.load("a") == 1


async def test_a_key_waits_only_when_as_many_look_ups_are_under_way_as_there_are_lanes() -> None:
    shelf = Shelf(a=1, b=2, c=3, d=4)
    coalescer = Coalescer(shelf.fetch, lanes=2, most=10)
    asked = []
    for key in ("a", "b", "c", "d"):
        asked.append(coalescer.load(key))
        await turn()
    assert shelf.asked == [["a"], ["b"]]
    shelf.open.set()
    assert await asyncio.gather(*asked) == [1, 2, 3, 4]
    assert shelf.asked == [["a"], ["b"], ["c", "d"]]
    assert (await coalescer.load("c"), await coalescer.load("d")) == (3, 4)
