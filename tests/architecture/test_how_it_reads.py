"""The code keeps the house's measures, and each measure is seen to bite."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.architecture import measures
from tests.architecture.linter import planted
from tests.architecture.tree import ROOT

Check = Callable[[Path], list[str]]

CHECKS: Final[list[Check]] = [
    measures.long_files,
    measures.long_functions,
    measures.banned_names,
    measures.undocumented_modules,
    measures.unfinished_work,
    measures.sleeping_tests,
    measures.dodging_tests,
    measures.mumbling_tests,
]
_SOURCE: Final = "services/projector/src/projector/planted.py"
_TEST: Final = "tests/unit/test_planted.py"
_WHY: Final = '"""Why."""\n'


@pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
def test_the_code_keeps_its_measures(check: Check) -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize(
    ("check", "file", "text", "found"),
    [
        (measures.long_files, _SOURCE, _WHY + "x = 1\n" * 300, "1 302 lines"),
        (measures.long_functions, _SOURCE, "def long():\n" + "    x = 1\n" * 40, "1 long 41 lines"),
        (measures.long_functions, _TEST, "class A:\n async def f(self):\n" + "  x = 1\n" * 40, "2 f 41 lines"),
        (measures.banned_names, "services/projector/src/projector/utils.py", _WHY, "1 a name that says nothing"),
        (measures.banned_names, "tests/common/test_planted.py", _WHY, "1 a name that says nothing"),
        (measures.undocumented_modules, _SOURCE, "x = 1", "1 no docstring"),
        (measures.unfinished_work, _SOURCE, f"x = 1  # {measures.UNFINISHED[0]}: more", "1 unfinished"),
        (measures.sleeping_tests, _TEST, "def test_it():\n    time.sleep(1)", "2 sleeps"),
        (measures.sleeping_tests, _TEST, "async def test_it():\n    await sleep(delay)", "2 sleeps"),
        (measures.sleeping_tests, _TEST, "async def until_x():\n    def f():\n        asyncio.sleep(1)", "3 sleeps"),
        (measures.dodging_tests, _TEST, "@pytest.mark.skipif(True)\ndef test_it(): ...", "1 dodges"),
        (measures.dodging_tests, _TEST, "from unittest import mock", "1 dodges"),
        (measures.dodging_tests, _TEST, "from unittest.mock import AsyncMock", "1 dodges"),
        (measures.dodging_tests, _TEST, "with patch('stack.ports.choose_port'): ...", "1 dodges"),
        (measures.mumbling_tests, _TEST, "def test_relay(): ...", "1 test_relay"),
    ],
)
def test_what_is_beyond_measure_is_caught(tmp_path: Path, check: Check, file: str, text: str, found: str) -> None:
    package = tmp_path / "services" / "projector"
    package.mkdir(parents=True)
    shutil.copy(ROOT / "services" / "projector" / "pyproject.toml", package)
    assert check(tmp_path) == []
    with planted(tmp_path / file, text):
        assert check(tmp_path) == [f"{file}:{found}"]


def test_what_the_rules_allow_is_let_pass(tmp_path: Path) -> None:
    body = (
        "async def until(done):\n    while not done():\n        await asyncio.sleep(0.01)\n    await asyncio.sleep(0)\n"
    )
    with planted(tmp_path / _TEST, _WHY + body + "async def test_it_gives_way():\n    await asyncio.sleep(0)\n"):
        assert [found for check in CHECKS for found in check(tmp_path)] == []
