"""`up --detach`: the same supervisor in a session of its own, and a caller that waits until it has brought all up."""

import signal
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from stack.control import ask
from stack.failures import StackError
from stack.launching import Command, launch
from stack.parts import Program, caller_environment
from stack.pointer import Pointer, read_pointer
from stack.voice import Voice

POLL = 0.1
ANSWER_WITHIN = 10.0


def start_detached(
    program: Program, project: Path, data: Path, counts: Mapping[str, int], extras: Collection[str]
) -> int:
    """Start a supervisor, repeat what it says until it is up or has given up. Returns the exit code.

    `counts` is what `up` was told about the number of processes, and `extras` about parts that do not always run.

    It gets no pipe of ours: whoever reads our output sees its end when we end.
    """
    log = data / "logs" / "stack.log"
    begin = log.stat().st_size if log.exists() else 0
    options = [f"--{counted_as}={count}" for counted_as, count in counts.items()]
    options += [f"--{extra}" for extra in extras]
    argv = [*program.argv, "up", "--data", str(data), *options]
    supervisor = launch(Command(argv, caller_environment(), project), log)
    voice = Voice()
    try:
        code = _wait_until_up(supervisor, project, voice)
    except KeyboardInterrupt:
        supervisor.send_signal(signal.SIGTERM)
        code = supervisor.wait() or 1
    finally:
        voice.wait_for("")
    with log.open("rb") as said:
        said.seek(begin)
        for line in said.read().decode(errors="replace").splitlines():
            voice.say(line)
    return code


def _wait_until_up(supervisor: "subprocess.Popen[bytes]", project: Path, voice: Voice) -> int:
    while supervisor.poll() is None:
        pointer = read_pointer(project)
        if pointer is not None and pointer.supervisor.pid == supervisor.pid and _is_up(pointer, voice):
            supervisor.returncode = 0  # it is meant to outlive us
            return 0
        time.sleep(POLL)
    return supervisor.returncode or 1


def _is_up(pointer: Pointer, voice: Voice) -> bool:
    try:
        answer = ask(pointer.socket, {"verb": "phase"}, ANSWER_WITHIN)
    except StackError:
        return False  # it has just ended, or not begun to listen: the next look at the process tells
    voice.wait_for(answer["waiting"] or answer["phase"])
    return bool(answer["phase"] == "up")
