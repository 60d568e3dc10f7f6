"""A relay as a process, with its log in a file."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack.ports import choose_port


class Process:
    """A relay of its own, with its log in a file."""

    def __init__(self, log: Path, **settings: str) -> None:
        self.log = log
        self.port = int(settings.setdefault("PORT", str(choose_port())))
        environment = {f"OUTBOX_RELAY_{key}": value for key, value in settings.items()}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "outbox_relay", "run"],
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
            )

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def status(self) -> dict[str, Any]:
        """What it says of its work."""
        found: dict[str, Any] = json.loads(self.get("/status")[1])
        return found

    async def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    async def is_unready(self) -> bool:
        return self.get("/readyz")[0] == 503

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self) -> tuple[int, str]:
        """Exit status and what was said on standard error."""
        _, said = self.process.communicate(timeout=45)
        return self.process.returncode, said


@contextmanager
def running(log: Path, **settings: str) -> Iterator[Process]:
    relay = Process(log, **settings)
    try:
        yield relay
    finally:
        if relay.process.poll() is None:
            relay.process.kill()
        relay.process.communicate()
