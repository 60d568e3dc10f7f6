"""What a check finds: how much was looked at, and what was wrong with it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

SHOWN: Final = 12


@dataclass(slots=True)
class Finding:
    """One invariant by its name. `counts` says what was compared, `faults` the first of what was wrong."""

    invariant: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    violations: int = 0

    def fault(self, words: str) -> None:
        """One thing is wrong."""
        self.violations += 1
        if len(self.faults) < SHOWN:
            self.faults.append(words)

    def expect(self, fine: bool, words: str) -> None:
        """A fault unless `fine`."""
        if not fine:
            self.fault(words)
