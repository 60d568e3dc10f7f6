"""A process of the supervisor's own, from start to end, and the list that outlives a supervisor."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from stack.child import Child, describe_end
from stack.launching import Command, last_lines
from stack.ledger import Ledger, left_over, stop_left_over

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def start(script: str, folder: Path) -> Child:
    command = Command([sys.executable, "-u", "-c", script], os.environ, folder)
    return Child("part", command, signal.SIGTERM, folder / "part.log", Ledger.of(folder))


async def until_said(folder: Path, line: str) -> None:
    async with asyncio.timeout(10):
        while line not in last_lines(folder / "part.log"):  # noqa: ASYNC110 - another process writes the file
            await asyncio.sleep(0.01)


async def test_the_exit_code_of_a_child_is_known_and_its_words_are_in_the_log(tmp_path: Path) -> None:
    child = start("print('goodbye'); raise SystemExit(3)", tmp_path)
    assert await child.ended == 3
    assert last_lines(tmp_path / "part.log") == ["goodbye"]


async def test_a_child_that_is_asked_to_stop_stops(tmp_path: Path) -> None:
    child = start("import time; time.sleep(60)", tmp_path)
    assert await child.stop(10)
    assert child.ended.result() == -signal.SIGTERM


async def test_a_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    child = start(STUBBORN, tmp_path)
    await until_said(tmp_path, "deaf")
    assert not await child.stop(0.1)
    assert child.ended.result() == -signal.SIGKILL


async def test_a_child_that_was_frozen_stops_as_well(tmp_path: Path) -> None:
    child = start("import time; print('up'); time.sleep(60)", tmp_path)
    await until_said(tmp_path, "up")
    child.send(signal.SIGSTOP)
    assert await child.stop(10)


async def test_the_ledger_lists_a_child_as_long_as_it_runs(tmp_path: Path) -> None:
    child = start("import time; time.sleep(60)", tmp_path)
    assert [entry.process.pid for entry in left_over(tmp_path)] == [child.pid]
    await child.stop(10)
    assert left_over(tmp_path) == []


async def test_what_a_ledger_lists_can_be_stopped_by_another_process(tmp_path: Path) -> None:
    child = start("import time; time.sleep(60)", tmp_path)
    lines = await asyncio.to_thread(lambda: list(stop_left_over(tmp_path)))
    assert lines == [f"stopped part (pid {child.pid}), left over from a stack that was killed"]
    assert await child.ended == -signal.SIGTERM


def test_an_end_is_described_by_code_or_signal() -> None:
    assert describe_end(2) == "exit code 2"
    assert describe_end(-9) == "signal SIGKILL"


def test_the_last_lines_of_a_log_skip_the_empty_ones(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log) == []
    log.write_text("one\ntwo\n\nthree\n\n")
    assert last_lines(log, 2) == ["two", "three"]
