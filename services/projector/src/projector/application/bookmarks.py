"""Tells everybody how far the projection is, beside the work and never before the commit.

The group is a courtesy: reading does not depend on it. So it is written in the background, newest positions only,
and what fails is tried again with the next one.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from projector.application.ports import EventStream, Journal, Unavailable

_PACE: Final = 0.05
"""Seconds between two of them. Nobody looks more often, and under load each would cost as much as a small batch."""
_REST: Final = 1.0
"""Seconds between two attempts when the stream does not take it."""


class Bookmarks:
    """Positions that are committed and not yet shown."""

    def __init__(self, stream: EventStream, journal: Journal) -> None:
        self._stream = stream
        self._journal = journal
        self._epoch = 0
        self._waiting: dict[int, int] = {}
        self._news = asyncio.Event()
        self._failing = False

    def note(self, epoch: int, positions: Mapping[int, int]) -> None:
        """Have `positions` (committed sequences by partition) shown soon."""
        if epoch != self._epoch:
            self._epoch, self._waiting = epoch, {}
        self._waiting.update(positions)
        self._news.set()

    async def run(self) -> None:
        """Show them, as they come, until cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(_PACE if await self.flush() else _REST)

    async def flush(self) -> bool:
        """Show what waits. Answers False when the stream would not take it; it goes on waiting then."""
        self._news.clear()
        epoch, positions = self._epoch, self._waiting
        self._waiting = {}
        if not positions:
            return True
        try:
            await self._stream.bookmark(epoch, positions)
        except Unavailable as error:
            if epoch == self._epoch:
                self._waiting = positions | self._waiting
            self._news.set()
            if not self._failing:
                self._journal.warned(f"the group cannot be moved: {error}")
            self._failing = True
            return False
        self._failing = False
        return True
