"""import-linter, run on a tree of ours: the real one or a copy."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.architecture.tree import packages

_PROGRAM: Final = """
import contextlib, io, json, sys
from importlinter.cli import lint_imports

for _ in sys.stdin:
    words = io.StringIO()
    with contextlib.redirect_stdout(words):
        broken = lint_imports(no_logo=True, cache_dir=sys.argv[1])
    print(json.dumps([not broken, " ".join(words.getvalue().split())]), flush=True)
"""


class Verdict(NamedTuple):
    """Whether all contracts are kept, and what import-linter had to say, on one line."""

    kept: bool
    words: str


class Linter:
    """A process of its own: the packages that this one has imported would be taken for those of the copy."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def verdict(self) -> Verdict:
        """All contracts, on the files as they are now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("again\n")
        self._process.stdin.flush()
        return Verdict(*json.loads(self._process.stdout.readline()))


@contextmanager
def linter(root: Path, cache: Path) -> Iterator[Linter]:
    """Judges the packages under `root`, and no others, by `root`/.importlinter."""
    sources = os.pathsep.join(str(package.folder / "src") for package in packages(root))
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(cache)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": sources, "COLUMNS": "400"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Linter(process)


@contextmanager
def planted(file: Path, text: str) -> Iterator[None]:
    """`text` at the end of `file`, which is made where it is not there; gone again afterwards."""
    before = file.read_text("utf-8") if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{before or ''}{text}\n", "utf-8")
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, "utf-8")
