"""The service as an operator runs it: a process, its environment, its two streams."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from stack.ports import choose_port
from tests import web

WITHIN = 20.0


def until(true: Callable[[], bool], *, within: float = WITHIN) -> None:
    """Wait until it is so; AssertionError when it is not in time (seconds)."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def environment(database_url: str, **settings: object) -> dict[str, str]:
    """What the process is told."""
    given = {"DATABASE_URL": database_url, "LOG_FORMAT": "json", **settings}
    return {"PATH": os.environ["PATH"]} | {f"COMMAND_API_{name}": str(value) for name, value in given.items()}


def run(verb: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    argv = [sys.executable, "-m", "command_api", verb]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=WITHIN, check=False)


@dataclass(frozen=True)
class Service:
    """A process that serves on `port`."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lives(self) -> bool:
        """It answers at all."""
        return self._answers("/livez", 200) is not None

    def ready(self) -> bool:
        """It says that it takes commands."""
        return self._answers("/readyz", 200) is not None

    def reasons(self) -> list[str]:
        """Why it is not ready; empty where it is, or does not say."""
        answer = self._answers("/readyz", 503)
        return [] if answer is None else list(answer.json()["reasons"])

    def _answers(self, path: str, status: int) -> httpx.Response | None:
        try:
            answer = web.get(self.url + path, timeout=5)
        except httpx.TransportError:
            assert self.process.poll() is None, self.process.communicate()
            return None
        return answer if answer.status_code == status else None


@contextmanager
def serving(database_url: str, **settings: object) -> Iterator[Service]:
    """A process that lives; it is killed in the end if it still runs."""
    port = choose_port()
    argv = [sys.executable, "-m", "command_api", "serve"]
    env = environment(database_url, PORT=port, **settings)
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        service = Service(process, port)
        try:
            until(service.lives)
            yield service
        finally:
            process.kill()
