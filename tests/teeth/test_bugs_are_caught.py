"""Every planted bug is caught, and nothing is without one.

Those that take engines to catch are planted where TEETH=all is set, as `make drill` does: they take two minutes.
"""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.teeth.bug import Bug, Copy
from tests.teeth.bugs import BUGS

PLANTED: Final = [bug for bug in BUGS if bug.is_quick or os.environ.get("TEETH") == "all"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the workspace."""
    return Copy.make(Path(tmp_path_factory.mktemp("teeth")))


def test_without_a_bug_the_same_tests_pass(copy: Copy) -> None:
    tests = tuple(sorted({test for bug in PLANTED for test in bug.caught_by}))
    result = copy.run(tests)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(copy: Copy, bug: Bug) -> None:
    with copy.planted(bug):
        result = copy.run(bug.caught_by)
    assert result.returncode == 1, f"nobody noticed: {result.stdout[-3000:]}{result.stderr[-1000:]}"
