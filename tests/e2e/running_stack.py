"""The launcher, driven from outside as a person would drive it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack import verbs
from stack.lodging import spare_folder

PROCESSES = ("command-api", "outbox-relay", "projector", "query-api")
ENGINES = ("write-db", "read-db", "redis")


@dataclass(frozen=True)
class Stack:
    """A stack of its own in `folder`."""

    folder: Path

    def call(self, *words: str, within: float = 120) -> str:
        """Run one verb and answer what it printed. Raises AssertionError where it fails."""
        done = self.run(*words, within=within)
        assert done.returncode == 0, f"stack {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def run(self, *words: str, within: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end, however that is."""
        command = [sys.executable, "-m", "stack", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=within, check=False)

    def status(self) -> dict[str, dict[str, Any]]:
        """Pid, state and url of each part: what `stack status --json` prints, without a process to print it."""
        (text,) = verbs.status(self.folder, json=True)
        parts: dict[str, dict[str, Any]] = json.loads(text)
        return parts

    def url(self, name: str) -> str:
        """Where a part is."""
        return str(self.status()[name]["url"])

    def urls(self) -> dict[str, str]:
        """Where each part is."""
        return {name: str(part["url"]) for name, part in self.status().items()}

    def log(self, name: str) -> list[dict[str, Any]]:
        """The log of a process, line by line."""
        lines = (self.folder / "data" / "logs" / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextmanager
def stack_up(folder: Path, *options: str) -> Iterator[Stack]:
    """A stack in `folder` with all its parts ready, brought up with `options`; stopped in the end."""
    os.chmod(folder.parent, 0o755)  # noqa: PTH101
    stack = Stack(folder)
    stack.call("up", "--detach", "--data", str(folder / "data"), *options)
    try:
        yield stack
    finally:
        stack.call("down")
        shutil.rmtree(spare_folder(folder / "data"), ignore_errors=True)
