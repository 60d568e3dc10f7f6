"""The page of promises names tests that exist."""

import ast
import re
from pathlib import Path
from typing import Final

from tests.architecture.tree import ROOT

_NAMED: Final = re.compile(r"`(tests/[\w/]+(?:\.py)?)(?:::(\w+))?`")
PAGE: Final = ROOT / "docs" / "promises.md"


def missing(page: str) -> list[str]:
    """The tests that are named and do not exist."""
    return [
        f"{path}::{test}" if test else path
        for path, test in _NAMED.findall(page)
        if not (ROOT / path).exists() or (test and test not in _tests_in(ROOT / path))
    ]


def _tests_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_promise_names_tests_that_exist() -> None:
    page = PAGE.read_text()
    assert missing(page) == []
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert rows
    assert [row for row in rows if not _NAMED.search(row.rpartition(" | ")[2])] == []


def test_a_test_that_does_not_exist_is_found() -> None:
    assert missing("`tests/model/no_such_file.py`") == ["tests/model/no_such_file.py"]
    assert missing("`tests/architecture/tree.py::no_such_test`") == ["tests/architecture/tree.py::no_such_test"]
