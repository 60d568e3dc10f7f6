"""How every process is started: its output straight into a file, no pipe, no terminal, a session of its own.

A pipe would keep `out=$(stack restart x)` waiting for ever; a shared session would hand a Ctrl-C to all at once.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.accounts import Account, running_as

LONG_LINE = 4096


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: arguments, the whole environment, the folder to run in, and as whom (None: ourselves)."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None


def launch(command: Command, log: Path) -> subprocess.Popen[bytes]:
    """Start it, appending what it says to `log`. Raises OSError when it cannot be started."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command.argv),
            env=dict(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **running_as(command.account),
        )


def last_lines(log: Path, count: int = 1) -> list[str]:
    """The last `count` lines of a log that are not empty; none if there is no log."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - LONG_LINE * (count + 1)))
        lines = file.read().decode(errors="replace").splitlines()
    return [line for line in lines if line.strip()][-count:]
