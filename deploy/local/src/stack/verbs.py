"""What the verbs do, apart from how they are spelt on the command line."""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from stack.control import ask
from stack.detached import start_detached
from stack.failures import WRONG_CALL, StackError
from stack.launching import last_lines
from stack.ledger import left_over, stop_left_over
from stack.lodging import spare_folder
from stack.parts import Program
from stack.pointer import Pointer, default_data, only_one, pointer_file, read_pointer
from stack.rendering import as_json, as_table
from stack.replicas import extended, may_be_named, scaled
from stack.supervisor import supervise

ANSWER_WITHIN = 30.0
DOWN_WITHIN = 180.0
RESTART_WITHIN = 120.0
LINES = 40
LOOK_AGAIN = 0.2


def up(
    program: Program,
    project: Path,
    data: Path | None,
    counts: Mapping[str, int],
    extras: Collection[str] = (),
    *,
    detach: bool,
) -> int:
    """Bring a stack up; returns the exit code: at once with `detach`, else when it is stopped.

    `counts` says how many processes there are of the parts that can be counted ({'projectors': 3}), and `extras` which
    parts are to run that do not always run.
    """
    if strangers := set(extras) - set(program.extras):
        raise StackError(f"there is no {', '.join(strangers)} here", WRONG_CALL)
    pointer = read_pointer(project)
    if pointer is not None and not pointer.is_stale():
        raise StackError(
            f"a stack is running already (pid {pointer.supervisor.pid}): `stack status` shows it, `stack down` stops it"
        )
    if pointer is not None:
        _forget(pointer, project)
    place = (data or default_data(project)).absolute()
    if detach:
        return start_detached(program, project, place, counts, extras)
    return supervise(scaled(extended(program, extras), counts), project, place)


def down(project: Path) -> list[str]:
    """Stop the running stack, or what a killed one left; returns a line about each part that was stopped."""
    pointer = read_pointer(project)
    if pointer is not None and pointer.is_stale() and left_over(pointer.data):
        lines = list(stop_left_over(pointer.data))
        _forget(pointer, project)
        return lines
    pointer = running(project)
    lines = list(ask(pointer.socket, {"verb": "down"}, DOWN_WITHIN)["lines"])
    if not pointer.supervisor.wait(ANSWER_WITHIN):
        raise StackError(f"everything is stopped, but the supervisor (pid {pointer.supervisor.pid}) does not end")
    return lines


def status(project: Path, *, json: bool) -> list[str]:
    """The lines that show every part."""
    parts = ask(running(project).socket, {"verb": "status"}, ANSWER_WITHIN)["parts"]
    return [as_json(parts)] if json else as_table(parts)


def urls(project: Path) -> dict[str, str]:
    """Where each part is."""
    parts = ask(running(project).socket, {"verb": "status"}, ANSWER_WITHIN)["parts"]
    return {part["name"]: part["url"] for part in parts}


def restart(program: Program, project: Path, name: str) -> None:
    """Stop and start one part; returns when it is ready."""
    _check_name(program, name)
    ask(running(project).socket, {"verb": "restart", "name": name}, RESTART_WITHIN)


def kill(program: Program, project: Path, name: str, number: int) -> int:
    """Send one part a signal; returns its pid."""
    _check_name(program, name)
    request: dict[str, Any] = {"verb": "kill", "name": name, "signal": number}
    return int(ask(running(project).socket, request, ANSWER_WITHIN)["pid"])


def signal_number(text: str) -> int:
    """'9', 'KILL', 'SIGKILL' and 'kill' are all 9. Raises StackError for what is no signal."""
    try:
        if text.isdecimal():
            return int(signal.Signals(int(text)))
        return int(signal.Signals[f"SIG{text.upper().removeprefix('SIG')}"])
    except (KeyError, ValueError):
        raise StackError(f"{text} is no signal: give a name like STOP or a number", WRONG_CALL) from None


def logs(program: Program, project: Path, name: str, say: Callable[[str], None], *, follow: bool) -> None:
    """Show the end of a part's log, of a stack that has ended too; with `follow` go on until Ctrl-C."""
    _check_name(program, name)
    pointer = read_pointer(project)
    log = (pointer.data if pointer else default_data(project)) / "logs" / f"{name}.log"
    if not log.exists():
        raise StackError(f"{name} has no log: it was not started here" if pointer else "nothing is running here")
    size = log.stat().st_size
    for line in last_lines(log, LINES):
        say(line)
    if follow:
        _follow(log, size)


def reset(project: Path, data: Path | None) -> Path:
    """Remove the data folder; returns which. Raises StackError while a stack runs on it."""
    folder = (data or default_data(project)).absolute()
    pointer = read_pointer(project)
    if pointer is not None and not pointer.is_stale():
        raise StackError(f"a stack is running (pid {pointer.supervisor.pid}): `stack down` stops it")
    if not folder.exists():
        return folder
    if not (folder / "lock").exists():
        raise StackError(f"{folder} is no data folder of a stack")
    with only_one(folder):
        for _ in stop_left_over(folder):
            continue
        shutil.rmtree(spare_folder(folder), ignore_errors=True)
        shutil.rmtree(folder)
    return folder


def running(project: Path) -> Pointer:
    """The stack that runs in this project. Raises StackError if there is none."""
    pointer = read_pointer(project)
    if pointer is None:
        raise StackError("nothing is running here: `stack up` starts it")
    if pointer.is_stale():
        rest = len(left_over(pointer.data))
        left = f"; {rest} of its processes are left: `stack down` stops them" if rest else ""
        raise StackError(f"nothing is running here: the supervisor (pid {pointer.supervisor.pid}) was killed{left}")
    return pointer


def _check_name(program: Program, name: str) -> None:
    if not may_be_named(program, name):
        raise StackError(f"there is no {name}: the parts are {', '.join(program.names)}", WRONG_CALL)


def _forget(pointer: Pointer, project: Path) -> None:
    pointer_file(project).unlink(missing_ok=True)
    if pointer.socket.parent.name.startswith("stack-"):
        shutil.rmtree(pointer.socket.parent, ignore_errors=True)


def _follow(log: Path, begin: int) -> None:
    with log.open("rb") as file:
        file.seek(begin)
        while True:
            if more := file.read():
                sys.stdout.buffer.write(more)
                sys.stdout.buffer.flush()
            else:
                time.sleep(LOOK_AGAIN)
