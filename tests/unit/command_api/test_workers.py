"""Accepted commands are run several at a time; a slow one holds up no other, and a fault ends nothing but itself."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from command_api.application.errors import Unavailable
from command_api.application.later import Asked, Claim, StoredCommand
from command_api.entrypoints import workers
from command_api.entrypoints.workers import Workers
from tests.suites.projector_waiting import until


def claim(kind: str) -> Claim:
    stored = StoredCommand(
        command_id=uuid4(),
        accepted_at=datetime.now(UTC),
        kind=kind,
        body=b"{}",
        asked=Asked(path="/"),
        correlation_id="test",
        actor=None,
        expected_version=None,
    )
    return Claim(stored, 1)


class Work:
    """Commands that wait, and what became of them. `slow` ones end when they are let."""

    def __init__(self, *kinds: str) -> None:
        self.waiting = [claim(kind) for kind in kinds]
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.asked: list[int] = []
        self.faults: list[Exception] = []
        self.let = asyncio.Event()

    async def claim(self, most: int) -> Sequence[Claim]:
        self.asked.append(most)
        if self.faults:
            raise self.faults.pop()
        claimed, self.waiting = self.waiting[:most], self.waiting[most:]
        return claimed

    async def run(self, claim: Claim) -> None:
        kind = claim.stored.kind
        self.begun.append(kind)
        match kind:
            case "slow":
                await self.let.wait()
            case "unavailable":
                raise Unavailable("down")
            case "bug":
                raise RuntimeError("a bug")
        self.ended.append(kind)


async def test_a_slow_command_holds_up_no_other() -> None:
    work = Work("slow", *["quick"] * 20)
    async with Workers(work, asyncio.Event(), count=2).running():
        await until(lambda: work.ended == ["quick"] * 20)
        work.let.set()
    assert work.ended[-1] == "slow"


async def test_no_more_are_taken_than_workers_are_free() -> None:
    work = Work(*["slow"] * 9)
    async with Workers(work, asyncio.Event(), count=3).running():
        await until(lambda: len(work.begun) == 3)
        assert work.asked == [3]
        work.let.set()
        await until(lambda: len(work.ended) == 9)
    assert max(work.asked) == 3


async def test_news_are_looked_after_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_IDLE_SECONDS", 60)
    work, news = Work(), asyncio.Event()
    async with Workers(work, news, count=2).running():
        await until(lambda: len(work.asked) == 1)
        work.waiting.append(claim("quick"))
        news.set()
        await until(lambda: work.ended == ["quick"])


async def test_without_news_it_looks_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_IDLE_SECONDS", 0.001)
    work = Work()
    async with Workers(work, asyncio.Event(), count=2).running():
        await until(lambda: len(work.asked) >= 1)
        work.waiting.append(claim("quick"))
        await until(lambda: work.ended == ["quick"])


async def test_it_looks_no_more_often_than_it_must_where_nothing_waits() -> None:
    work, news = Work(), asyncio.Event()
    async with Workers(work, news, count=4).running():
        for _ in range(3):
            before = len(work.asked)
            work.waiting.append(claim("quick"))
            news.set()
            await until(lambda before=before: len(work.asked) > before and not work.waiting)  # type: ignore[misc]
        await until(lambda: len(work.ended) == 3)
    assert len(work.asked) <= 4


@pytest.mark.parametrize("fault", [Unavailable("down"), RuntimeError("a bug")])
async def test_a_look_that_fails_is_repeated(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_FAULT_SECONDS", 0.001)
    work = Work("quick")
    work.faults = [fault]
    async with Workers(work, asyncio.Event(), count=2).running():
        await until(lambda: work.ended == ["quick"])


@pytest.mark.parametrize("kind", ["unavailable", "bug"])
async def test_a_command_that_fails_takes_no_other_along(kind: str) -> None:
    work = Work(kind, "quick", kind, "quick")
    async with Workers(work, asyncio.Event(), count=1).running():
        await until(lambda: work.ended == ["quick", "quick"])


async def test_what_is_in_hand_is_finished_when_the_process_ends() -> None:
    work = Work("slow")
    async with Workers(work, asyncio.Event(), count=2).running():
        await until(lambda: work.begun == ["slow"])
        asyncio.get_running_loop().call_soon(work.let.set)
    assert work.ended == ["slow"]


async def test_what_is_not_quick_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LEAVING_SECONDS", 0.01)
    work = Work("slow")
    async with asyncio.timeout(5), Workers(work, asyncio.Event(), count=2).running():
        await until(lambda: work.begun == ["slow"])
    assert work.ended == []
