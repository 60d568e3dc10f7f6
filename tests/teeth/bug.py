"""A bug to be planted: where, what is replaced by what, and which tests must fail then."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("libs", "services", "deploy", "tests", "pyproject.toml")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
PATIENCE: Final = 120.0


@dataclass(frozen=True)
class Bug:
    """`replacements` are made in `file`, each exactly once; `caught_by` are test ids, any of which must fail."""

    name: str
    file: str
    replacements: tuple[tuple[str, str], ...]
    caught_by: tuple[str, ...]

    @property
    def is_quick(self) -> bool:
        """Whether it is caught without an engine."""
        return all(test.startswith("tests/unit/") for test in self.caught_by)


@dataclass(frozen=True)
class Copy:
    """A copy of the workspace, whose packages come first when its tests are run."""

    root: Path

    @classmethod
    def make(cls, folder: Path) -> "Copy":
        """Copy what tests need."""
        for name in _COPIED:
            source, target = ROOT / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=_LEFT_OUT)
            else:
                shutil.copy(source, target)
        return cls(folder)

    @contextmanager
    def planted(self, bug: Bug) -> Iterator[None]:
        """The bug is there meanwhile. Raises ValueError where the code is not what the bug takes it for."""
        file = self.root / bug.file
        sound = file.read_text()
        text = sound
        for old, new in bug.replacements:
            if text.count(old) != 1:
                raise ValueError(f"{bug.name}: {bug.file} has {text.count(old)} times {old!r}")
            text = text.replace(old, new)
        file.write_text(text)
        try:
            yield
        finally:
            file.write_text(sound)

    def run(self, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Run these tests here; the return code is pytest's: 0 all passed, 1 some failed, above that it is broken.

        Unit tests ask for no engine, so they do without conftest.py and what it imports: a third of the time.
        """
        sources = [str(path) for path in sorted(self.root.glob("*/*/src"))]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sources), "PYTHONDONTWRITEBYTECODE": "1"}
        for name in [name for name in environment if name.startswith("PYTEST_")]:
            del environment[name]
        bare = all(test.startswith("tests/unit/") for test in tests)
        if bare:
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugins = ("--noconftest", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout") if bare else ()
        command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *plugins, *tests)
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
