"""Calling the launcher as a person would, its words and its exit code caught."""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from stack.__main__ import main
from stack.ledger import stop_left_over
from stack.lodging import spare_folder
from stack.pointer import default_data, read_pointer
from tests.integration.stack.program import program

PROGRAM = Path(__file__).with_name("program.py")
WITHIN = 30.0


@dataclass(frozen=True)
class Answer:
    """How a verb ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Launcher:
    """The launcher in a project of its own; `environment` is added to ours."""

    project: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {key: value for key, value in os.environ.items() if "STACK" not in key} | self.environment

    @property
    def argv(self) -> list[str]:
        return [sys.executable, str(PROGRAM)]

    def call(self, *words: str) -> Answer:
        """Run a verb within this process, which saves the second that Python needs to begin."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        called = patch.object(sys, "argv", ["stack", *words])
        environment = patch.dict(os.environ, self.env, clear=True)
        with chdir(self.project), environment, called, redirect_stdout(out), redirect_stderr(err):
            try:
                main(program())
            except SystemExit as end:
                code = int(end.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    def call_process(self, *words: str) -> Answer:
        """Run a verb as a process; its output is a pipe that is read until nobody holds it open any more."""
        done = subprocess.run(
            [*self.argv, *words],
            cwd=self.project, env=self.env, capture_output=True, text=True, timeout=WITHIN, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str) -> str:
        done = self.call(*words)
        assert done.returncode == 0, done
        return done.stdout

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Run a verb in the foreground and do not wait for it."""
        return subprocess.Popen(
            [*self.argv, *words],
            cwd=self.project, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ok("status", "--json"))
        return found

    def states(self) -> dict[str, str]:
        return {name: part["state"] for name, part in self.status().items()}

    def unready_file(self, name: str) -> Path:
        """While this file is there, the service answers that it is not ready."""
        return default_data(self.project) / f"{name}-unready"

    def status_file(self, name: str) -> Path:
        """While this file is there, the service answers /status with its content."""
        return default_data(self.project) / f"{name}-status"

    def supervisor_log(self) -> str:
        return (default_data(self.project) / "logs" / "stack.log").read_text()


@contextmanager
def new_launcher(**environment: str) -> Iterator[Launcher]:
    """A launcher in a new folder; whatever it started is stopped and removed in the end."""
    project = Path(tempfile.mkdtemp(prefix="lt-"))
    launcher = Launcher(project, environment)
    try:
        yield launcher
    finally:
        pointer = read_pointer(project)
        data = default_data(project) if pointer is None else pointer.data
        if pointer is not None:
            launcher.call("down")
        list(stop_left_over(data))
        shutil.rmtree(spare_folder(data), ignore_errors=True)
        shutil.rmtree(project, ignore_errors=True)


def until(condition: Callable[[], bool], within: float = 15.0) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)
