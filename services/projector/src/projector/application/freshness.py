"""How old the read model is: the moment of the newest heads entry that is wholly applied."""

from typing import Final

from orders_contracts.heads import Heads
from projector.application.progress import Progress

_LIMIT: Final = 600
"""Heads entries kept while they wait to be reached: ten minutes of them. Behind that, only the newest is kept."""


class Freshness:
    """Heads entries that have been seen and not yet been reached, oldest first."""

    def __init__(self) -> None:
        self._ahead: list[Heads] = []

    def note(self, heads: Heads) -> None:
        """Take in a heads entry that is newer than the others."""
        if len(self._ahead) == _LIMIT:
            self._ahead.pop()
        self._ahead.append(heads)

    def reached(self, progress: Progress) -> Heads | None:
        """The newest entry that is reached by now, if that is news. It and those before it are forgotten."""
        count = 0
        for heads in self._ahead:
            if not progress.holds(heads.sequences):
                break
            count += 1
        if count == 0:
            return None
        newest = self._ahead[count - 1]
        del self._ahead[:count]
        return newest
