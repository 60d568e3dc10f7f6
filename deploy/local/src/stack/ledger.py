"""The list of what a supervisor has started, kept on disk for the one that comes after a kill -9."""

import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stack.pointer import write_whole
from stack.processes import Identity

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One process: the name of its part, who it is, and the signal that asks it to stop."""

    name: str
    process: Identity
    stop_signal: int


@dataclass(slots=True)
class Ledger:
    """The processes of one data folder, in the order in which they were started."""

    file: Path
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, data: Path) -> "Ledger":
        """The ledger of a data folder, empty."""
        return cls(data / "processes.json")

    def add(self, entry: Entry) -> None:
        """Note a process that was just started."""
        self.entries.append(entry)
        self._save()

    def remove(self, entry: Entry) -> None:
        """Strike out a process that has ended."""
        if entry in self.entries:
            self.entries.remove(entry)
            self._save()

    def _save(self) -> None:
        write_whole(self.file, json.dumps([asdict(entry) for entry in self.entries]))


def left_over(data: Path) -> list[Entry]:
    """The processes of an earlier supervisor of `data` that still run, last started first."""
    try:
        rows = json.loads((data / "processes.json").read_text())
        entries = [Entry(row["name"], Identity(**row["process"]), int(row["stop_signal"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [entry for entry in reversed(entries) if entry.process.is_alive()]


def stop_left_over(data: Path) -> Iterator[str]:
    """Stop them, one after the other; yields a line about each. Raises PermissionError if they are somebody else's."""
    for entry in left_over(data):
        went = entry.process.stop(entry.stop_signal, PATIENCE)
        how = "stopped" if went else f"killed ({signal.Signals(entry.stop_signal).name} did not stop it)"
        yield f"{how} {entry.name} (pid {entry.process.pid}), left over from a stack that was killed"
