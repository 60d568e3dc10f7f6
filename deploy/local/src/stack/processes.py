"""Processes told apart for certain: a pid is given to somebody else in time, a pid with its birth is not."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

# Two clocks are added to get a birth, and one of them may be set right by a second while a process lives.
SAME_BIRTH = 2.0
LOOK_AGAIN = 0.02


@dataclass(frozen=True, slots=True)
class Identity:
    """One process: its pid, and when it was started (seconds since the epoch)."""

    pid: int
    born: float

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this pid now; None if there is none."""
        try:
            return cls(pid=pid, born=float(psutil.Process(pid).create_time()))
        except psutil.Error:
            return None

    def is_alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        return self._find() is not None

    def send(self, number: int) -> None:
        """Send it a signal; nothing happens if it is gone. Raises PermissionError if it is not ours."""
        found = self._find()
        if found is None:
            return
        try:
            found.send_signal(number)
        except psutil.NoSuchProcess:
            return
        except psutil.AccessDenied as error:
            raise PermissionError(f"process {self.pid} belongs to another user") from error

    def wait(self, seconds: float) -> bool:
        """Wait for its end. True if it is gone within `seconds`.

        By looking, not with psutil's own wait: that one reaps our children, and their exit codes would be lost.
        """
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_AGAIN)
        return True

    def stop(self, number: int, patience: float) -> bool:
        """Signal it, wait `patience` seconds, then kill it. True if it went by itself."""
        self.send(number)
        self.send(signal.SIGCONT)
        if self.wait(patience):
            return True
        self.send(signal.SIGKILL)
        self.wait(patience)
        return False

    def _find(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return process if abs(process.create_time() - self.born) < SAME_BIRTH else None
        except psutil.Error:
            return None


def working_in(folder: Path, name: str) -> Iterator[Identity]:
    """Every process whose name begins with `name` and whose working folder is `folder`."""
    here = str(folder.resolve())
    for process in psutil.process_iter(["name"]):
        if not str(process.info["name"]).startswith(name):
            continue
        try:
            if process.cwd() == here:
                yield Identity(pid=process.pid, born=float(process.create_time()))
        except psutil.Error:
            continue
