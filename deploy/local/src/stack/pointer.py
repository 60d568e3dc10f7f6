"""How a verb finds the running stack: a small file in the project, wherever the data lies.

The file may outlive its stack, when that was killed. So it names the supervisor by pid and birth, and is believed only
while that very process lives.
"""

import fcntl
import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from stack.failures import StackError
from stack.processes import Identity

FOLDER = ".stack"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A running stack: its supervisor, the socket it listens on, its data folder."""

    supervisor: Identity
    socket: Path
    data: Path

    def is_stale(self) -> bool:
        """Whether its supervisor is gone, killed before it could remove the file."""
        return not self.supervisor.is_alive()

    def write(self, project: Path) -> None:
        """Publish it for the verbs called anywhere in `project`."""
        text = json.dumps(asdict(self), default=str)
        write_whole(pointer_file(project), text)


def pointer_file(project: Path) -> Path:
    return project / FOLDER / "running.json"


def default_data(project: Path) -> Path:
    """Where data lies when nobody says otherwise."""
    return project / FOLDER / "data"


def read_pointer(project: Path) -> Pointer | None:
    """What the file says, stale or not; None if there is none, or none that can be read."""
    try:
        found = json.loads(pointer_file(project).read_text())
        return Pointer(Identity(**found["supervisor"]), Path(found["socket"]), Path(found["data"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_project(start: Path) -> Path:
    """The workspace that `start` lies in: the folder whose pyproject.toml has [tool.uv.workspace]; else `start`."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        try:
            table = tomllib.loads(file.read_text())
        except (OSError, ValueError):
            continue
        if "workspace" in table.get("tool", {}).get("uv", {}):
            return folder
    return start


def write_whole(file: Path, text: str) -> None:
    """Write a file that readers see whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(file)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold `folder` against a second stack until the block ends; the kernel lets go even after a kill -9.

    Raises StackError when another stack holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(f"a stack is running already on {folder}: `stack down` stops it") from None
        yield
