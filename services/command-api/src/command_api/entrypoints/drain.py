"""Between the word to stop and the end: the process says that it is not ready any more, and goes on answering.

Whoever leads requests here can lead them elsewhere before a connection is closed under one of them.
"""

import asyncio
from collections.abc import Callable

from command_api.entrypoints.probes import Readiness


class Drain:
    """It lasts `seconds`; 0: there is none."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = False

    def begin(self, end: Callable[[], None]) -> None:
        """Call `end` when it is over; at once where there is none, or where this is asked for a second time."""
        if self._begun or not self._seconds:
            end()
            return
        self._begun = True
        asyncio.get_running_loop().call_later(self._seconds, end)

    def readiness(self, asked: Readiness) -> Readiness:
        """The reasons why the process is not ready, this one before all others."""

        async def reasons() -> list[str]:
            return ["it is stopping"] if self._begun else await asked()

        return reasons
