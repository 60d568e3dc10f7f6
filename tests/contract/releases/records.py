"""Every release of the contracts, as it was: `libs/contracts/releases/<number>/`, never changed once it is there."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import orjson

FOLDER: Final = Path(__file__).parents[3] / "libs/contracts/releases"
DIGESTS: Final = "digests.json"
"""In each release: the SHA-256 of every other file of it, and of the digests of the release before."""
BEFORE: Final = "the release before"


class Release(NamedTuple):
    """One release on disk."""

    number: int
    folder: Path

    def read(self, path: str) -> bytes:
        """The file at `path` below the folder."""
        return (self.folder / path).read_bytes()

    def json(self, path: str) -> Any:
        """The same, parsed."""
        return orjson.loads(self.read(path))

    def names(self, folder: str) -> list[str]:
        """The files in a folder of it."""
        return sorted(file.name for file in (self.folder / folder).iterdir())

    def example(self, name: str) -> bytes:
        """An event, as the stream carried it."""
        return msgspec.json.format(self.read(f"examples/{name}"), indent=-1)

    def holds(self, path: str, content: bytes) -> bool:
        """Whether it has this file with this content."""
        return (self.folder / path).is_file() and self.read(path) == content

    def faults(self, before: str) -> list[str]:
        """What is not as it was recorded. `before` is the digest of the release before."""
        recorded = orjson.loads(self.read(DIGESTS))
        there = {str(path.relative_to(self.folder)) for path in _files(self.folder)} - {DIGESTS}
        digests = {path: _digest(self.read(path)) for path in there} | {BEFORE: before}
        return [
            f"{self.number}/{path}: {_change(recorded.get(path), digests.get(path))}"
            for path in sorted(recorded.keys() | digests.keys())
            if recorded.get(path) != digests.get(path)
        ]


def releases(folder: Path = FOLDER) -> list[Release]:
    """All of them, oldest first."""
    return [Release(number, folder / str(number)) for number in sorted(int(path.name) for path in folder.iterdir())]


def faults(folder: Path = FOLDER) -> list[str]:
    """Whatever was changed in any release since it was made."""
    found: list[str] = []
    before = ""
    for number, release in enumerate(releases(folder), 1):
        if release.number != number:
            return [*found, f"{number}: is missing"]
        found += release.faults(before)
        before = _digest(release.read(DIGESTS))
    return found


def add(contents: Mapping[str, bytes], folder: Path = FOLDER) -> Release:
    """Write the next release."""
    past = releases(folder)
    before = _digest(past[-1].read(DIGESTS)) if past else ""
    release = Release(len(past) + 1, folder / str(len(past) + 1))
    digests = {path: _digest(content) for path, content in contents.items()} | {BEFORE: before}
    printed = orjson.dumps(digests, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    for path, content in {**contents, DIGESTS: printed}.items():
        file = release.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return release


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _change(recorded: str | None, there: str | None) -> str:
    if recorded is None:
        return "was added"
    return "was removed" if there is None else "was changed"
