"""One process of the system under drill: started, killed, paused, and started again as an orchestrator would."""

import asyncio
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from stack.launching import last_lines, launch
from stack.parts import Server
from tests.drills.pace import TooLate, until

READY_WITHIN: Final = 60.0
STOPS_WITHIN: Final = 10.0
"""Seconds that SIGTERM may take."""


class Running:
    """One process. `wanted` is False while a fault keeps it down: then nobody starts it again."""

    def __init__(self, name: str, server: Server, log: Path) -> None:
        self.name = name
        self.server = server
        self.log = log
        self.wanted = False
        self.paused: list[psutil.Process] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None when it does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or before it was started."""
        return None if self._process is None else self._process.poll()

    async def start(self) -> None:
        """Start it. Raises RuntimeError when it cannot be made ready to start."""
        server = await asyncio.to_thread(self.server.prepare)
        self._process = launch(server.command(), self.log)
        self.wanted = True

    async def until_ready(self, within: float = READY_WITHIN) -> float:
        """Until it says that it is ready; how many seconds that took. Raises TooLate with its last words."""
        try:
            return await until(self.complaint, within)
        except TooLate as error:
            raise TooLate(f"{error} / {' / '.join(last_lines(self.log, 2))}") from None

    async def complaint(self) -> str | None:
        """Why it is not ready; None when it is."""
        if self.pid is None:
            return f"{self.name} does not run"
        if self.paused:
            return f"{self.name} is paused"
        reason = await asyncio.to_thread(self.server.probe)
        return None if reason is None else f"{self.name}: {reason}"

    def family(self) -> list[psutil.Process]:
        """It, and the processes that it has started: a database has one for every connection."""
        pid = self.pid
        if pid is None:
            return []
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(pid)
            return [first, *first.children(recursive=True)]
        return []

    async def kill(self) -> None:
        """SIGKILL to it and all that belongs to it; returns when it is gone."""
        self.wanted = False
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.paused = []
        await asyncio.to_thread(self._wait, STOPS_WITHIN)

    async def stop(self) -> tuple[int, float]:
        """Ask it to stop; the exit code and the seconds it took. Killed, with code -9, where it does not go."""
        self.wanted = False
        self.resume()
        if self._process is None or self.pid is None:
            return 0, 0.0
        began = time.monotonic()
        self._process.send_signal(self.server.stop_signal)
        try:
            code = await asyncio.to_thread(self._wait, STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            await self.kill()
            code = -signal.SIGKILL
        return code, time.monotonic() - began

    def pause(self) -> bool:
        """SIGSTOP to it and all that belongs to it. True when all of them have stopped."""
        self.paused = self.family()
        for process in self.paused:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        return bool(self.paused) and self._is_stopped(self.paused[0])

    def resume(self) -> None:
        """SIGCONT."""
        for process in reversed(self.paused):
            with suppress(psutil.NoSuchProcess):
                process.resume()
        self.paused = []

    def _wait(self, seconds: float) -> int:
        return 0 if self._process is None else self._process.wait(seconds)

    @staticmethod
    def _is_stopped(process: psutil.Process) -> bool:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            if process.status() == psutil.STATUS_STOPPED:
                return True
        return False
