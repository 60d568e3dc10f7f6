"""The four processes as an operator starts them, told to require TLS."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from stack.ports import choose_port
from tests import web
from tests.integration.query_api.running import PAGE_TOKEN_SECRET
from tests.integration.tls.conftest import Tls

WITHIN: Final = 30.0


@dataclass(frozen=True)
class Process:
    """One that runs, or has ended."""

    popen: "subprocess.Popen[bytes]"
    url: str
    log: Path

    def readiness(self) -> tuple[int, str]:
        """What it says of itself; 0 while nobody listens."""
        try:
            answer = web.get(f"{self.url}/readyz", timeout=5)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def until_ready(self) -> None:
        """Raises AssertionError with its log if that does not come about."""
        deadline = time.monotonic() + WITHIN
        while self.readiness()[0] != httpx.codes.OK:
            assert time.monotonic() < deadline, (self.readiness(), self.log.read_text())
            assert self.popen.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def until_it_says(self, words: str) -> None:
        """In its readiness or in its log. Raises AssertionError if it does not."""
        deadline = time.monotonic() + WITHIN
        while words not in self.readiness()[1] + self.log.read_text():
            assert time.monotonic() < deadline, (self.readiness(), self.log.read_text())
            time.sleep(0.05)


def settings_of(module: str, tls: Tls, **other: Path) -> dict[str, str]:
    """What a process is told; `other` is the file of an authority."""
    database = tls.write_url if module in {"command_api", "outbox_relay"} else tls.read_url
    settings = {"REQUIRE_TLS": "true", "DATABASE_URL": database(authority=other.get("authority"))}
    if module in {"outbox_relay", "projector"}:
        settings["REDIS_URL"] = tls.redis_url(authority=other.get("authority"))
    if module == "query_api":
        settings["PAGE_TOKEN_SECRET"] = PAGE_TOKEN_SECRET.get_secret_value()
    return settings


@contextmanager
def running(module: str, verb: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Process]:
    """A process with its log in `folder`; killed in the end if it is still there."""
    port, log = choose_port(), folder / f"{module}.log"
    own = {f"{module.upper()}_{name}": value for name, value in {**settings, "PORT": str(port)}.items()}
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", module, verb], env=os.environ | own, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Process(popen, f"http://127.0.0.1:{port}", log)
    finally:
        popen.kill()
        popen.wait()
