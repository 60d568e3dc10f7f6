"""The Dockerfile in instructions, and the files that a build with it gets to see."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathspec import PathSpec

from tests.architecture.tree import ROOT

DOCKERFILE: Final = ROOT / "deploy" / "docker" / "Dockerfile"
IGNORED: Final = ROOT / ".dockerignore"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A word such as RUN, and the rest of the line; continued lines are one."""

    word: str
    rest: str

    def words(self) -> list[str]:
        """The rest in its exec form. Raises ValueError where it is the shell's."""
        words: list[str] = json.loads(self.rest)
        return words

    def sources(self, service: str) -> tuple[str, ...]:
        """What a COPY takes out of the build context; nothing, if it takes it from another stage."""
        words = self.rest.replace("${SERVICE}", service).split()
        return () if words[0].startswith("--from=") else tuple(words[:-1])

    def target(self, service: str) -> str:
        """Where a COPY puts it."""
        return self.rest.replace("${SERVICE}", service).split()[-1]


Stage = list[Instruction]


def instructions(text: str) -> list[Instruction]:
    """All of a Dockerfile, in order, without comments."""
    spoken = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", spoken).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]


def stages(text: str) -> list[Stage]:
    """What stands before the first FROM, then each stage with its FROM."""
    found: list[Stage] = [[]]
    for instruction in instructions(text):
        if instruction.word == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def of(word: str, stage: Stage) -> list[Instruction]:
    """All with this word."""
    return [instruction for instruction in stage if instruction.word == word]


def is_sent(path: str, ignored: str) -> bool:
    """Whether a builder gets to see a file, given the text of .dockerignore. Its patterns begin at the root."""
    patterns = [f"/{line}" for line in ignored.splitlines() if line and not line.startswith("#")]
    return not PathSpec.from_lines("gitignore", patterns).match_file(path)


def lay_out(service: str, folder: Path) -> None:
    """What the COPYs of the first stage leave in its folder: copies of what is sent, and nothing else."""
    ignored = IGNORED.read_text()
    for instruction in of("COPY", stages(DOCKERFILE.read_text())[1]):
        for source in instruction.sources(service):
            _copy(source, folder / instruction.target(service), ignored)


def _copy(source: str, target: Path, ignored: str) -> None:
    def unsent(folder: str, names: list[str]) -> list[str]:
        here = Path(folder).relative_to(ROOT)
        return [name for name in names if not is_sent((here / name).as_posix(), ignored)]

    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, target, ignore=unsent, dirs_exist_ok=True)
    elif is_sent(source, ignored):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, target)
