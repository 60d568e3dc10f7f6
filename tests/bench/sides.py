"""Starting and stopping what is measured: our services as shipped, and the baselines under the same server."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack.launching import last_lines
from stack.ports import choose_port
from tests.bench.client import HOST, ConnectionLost, ask, write_request
from tests.bench.machine import running_on

READY_WITHIN: Final = 40.0
STOPPED_WITHIN: Final = 15.0
ROOT: Final = Path(__file__).parents[2]
_OURS: Final = ("COMMAND_API_", "QUERY_API_", "OUTBOX_RELAY_", "PROJECTOR_", "BENCH_")


@dataclass(frozen=True, slots=True)
class Program:
    """Something to start: its name, its command line, and what it finds in its environment."""

    name: str
    port: int
    command: tuple[str, ...]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """A running server."""

    name: str
    port: int
    log: Path
    process: asyncio.subprocess.Process


def service(module: str, verb: str, **settings: str) -> Program:
    """One of our services as it is shipped, with its logs and metrics; `settings` without their prefix."""
    port = choose_port()
    own = {f"{module.upper()}_{name.upper()}": value for name, value in settings.items()}
    own |= {f"{module.upper()}_PORT": str(port)}
    return Program(module.replace("_", "-"), port, ("-P", "-m", module, verb), own)


def baseline(name: str, module: str, database_url: str, pool_size: int) -> Program:
    """One of `tests.bench.baselines` under uvicorn: one process, uvloop, httptools, no access log."""
    port = choose_port()
    server = ("-m", "uvicorn", "--factory", f"tests.bench.baselines.{module}:create_app", "--app-dir", str(ROOT))
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
    command = (*server, *options, "--host", HOST, "--port", str(port))
    return Program(name, port, command, {"BENCH_DATABASE_URL": database_url, "BENCH_POOL_SIZE": str(pool_size)})


def trivial() -> Program:
    """The server that shows how fast the client can be."""
    port = choose_port()
    return Program("trivial server", port, ("-m", "tests.bench.baselines.trivial_server", str(port)), {})


@asynccontextmanager
async def running(programs: list[Program], folder: Path, cores: Collection[int]) -> AsyncIterator[list[Side]]:
    """Start all, tied to `cores`, and wait until all are ready; in the end stop all, last first.

    What they say goes to `folder`. Raises RuntimeError with the last words of one that does not start.
    """
    async with AsyncExitStack() as stack:
        with running_on(cores):
            sides = [await stack.enter_async_context(_started(program, folder)) for program in programs]
        await asyncio.gather(*(_ready(side) for side in sides))
        yield sides


@asynccontextmanager
async def _started(program: Program, folder: Path) -> AsyncIterator[Side]:
    log = folder / f"{program.name.replace(' ', '-')}.log"
    env = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program.command,
            env=env | dict(program.settings),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Side(program.name, program.port, log, process)
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOPPED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _ready(side: Side) -> None:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN
    question = write_request("GET", "/readyz")
    while asyncio.get_running_loop().time() < deadline and side.process.returncode is None:
        try:
            answer = await ask(side.port, question)
        except (OSError, ConnectionLost):
            await asyncio.sleep(0.05)
            continue
        if answer.status == 200:
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{side.name} is not ready: {' / '.join(last_lines(side.log, 3))}")
