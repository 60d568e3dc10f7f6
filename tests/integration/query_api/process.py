"""query-api as a process of its own, with sockets and signals."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from stack.ports import choose_port
from tests import web
from tests.integration.query_api.running import PAGE_TOKEN_SECRET


class Process:
    """A running `query_api serve`."""

    def __init__(self, popen: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.popen = popen
        self.port = port
        self.log = log
        self.url = f"http://127.0.0.1:{port}"

    def until_it_answers(self, status: int, path: str = "/readyz", seconds: float = 30) -> float:
        """Seconds until `path` answers `status`. Raises AssertionError after `seconds`."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            assert self.popen.poll() is None, self.log.read_text()
            try:
                if web.get(self.url + path, timeout=5).status_code == status:
                    return time.monotonic() - started
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"{path} did not answer {status}: {self.log.read_text()}")

    def until_it_logs(self, correlation_id: str) -> list[dict[str, Any]]:
        """All lines of the log, as soon as one has `correlation_id`: it is written after the answer is sent."""
        deadline = time.monotonic() + 10
        while correlation_id not in (text := self.log.read_text()):
            assert time.monotonic() < deadline, text
            time.sleep(0.01)
        return [json.loads(line) for line in text.splitlines()]


@contextmanager
def serving(database_url: str, log: Path, more: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A ready process on `database_url`; killed at the end if it is still there."""
    port = choose_port()
    environment = {
        **os.environ,
        "QUERY_API_DATABASE_URL": database_url,
        "QUERY_API_PAGE_TOKEN_SECRET": PAGE_TOKEN_SECRET.get_secret_value(),
        "QUERY_API_PORT": str(port),
        **(more or {}),
    }
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", "query_api", "serve"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    process = Process(popen, port, log)
    try:
        process.until_it_answers(200)
        yield process
    finally:
        popen.kill()
        popen.wait()
