"""The socket between the verbs and the supervisor."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from stack.control import LONGEST_PATH, Desk, Handler, ask, make_socket_path
from stack.failures import StackError


async def echo(request: Mapping[str, Any]) -> dict[str, Any]:
    if "refuse" in request:
        raise StackError("not that", 2)
    return {"heard": request["say"]}


@asynccontextmanager
async def opened(handle: Handler) -> AsyncIterator[Path]:
    desk = await Desk.open(make_socket_path(), handle)
    try:
        yield desk.path
    finally:
        await desk.close()


async def test_a_request_is_answered() -> None:
    async with opened(echo) as path:
        answer = await asyncio.to_thread(ask, path, {"say": "hello"}, 5)
    assert answer["heard"] == "hello"
    assert not path.parent.exists()


async def test_a_refusal_comes_back_with_its_words_and_code() -> None:
    async with opened(echo) as path:
        with pytest.raises(StackError, match="not that") as refusal:
            await asyncio.to_thread(ask, path, {"refuse": True}, 5)
    assert refusal.value.code == 2


async def test_a_request_at_hand_has_its_answer_before_the_desk_closes() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Mapping[str, Any]) -> dict[str, Any]:
        begun.set()
        await go_on.wait()
        return {}

    desk = await Desk.open(make_socket_path(), slow)
    asking = asyncio.create_task(asyncio.to_thread(ask, desk.path, {}, 5))
    await begun.wait()
    closing = asyncio.create_task(desk.close())
    go_on.set()
    assert (await asking)["ok"]
    await closing


def test_nobody_at_the_socket_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="cannot be asked"):
        ask(tmp_path / "s", {}, 1)


def test_a_socket_path_is_short_even_where_temporary_folders_are_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    path = make_socket_path()
    path.parent.rmdir()
    assert len(str(path)) <= LONGEST_PATH
