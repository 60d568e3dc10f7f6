"""A system on which a write database is restored or moved, and the load on it."""

from typing import Final

from tests.drills.checker.asking import read_log
from tests.drills.checker.finding import Finding
from tests.drills.load.crowd import Crowd
from tests.drills.pace import until, until_after
from tests.drills.resting import RECOVERS_WITHIN, restless
from tests.drills.system import System
from tests.drills.told import Told

LOAD: Final = 3.0
"""Seconds of it at a time."""
NOTICED_WITHIN: Final = 20.0
WORKERS: Final = ("relay-1", "relay-2", "projector-1", "projector-2")

Numbers = dict[tuple[int, int], str]
"""Event ids by partition and sequence."""


class Stage:
    """`told` holds what the log as it is now has to answer for; `own` what went wrong by the way."""

    def __init__(self, system: System, clients: int, rate: float) -> None:
        self.system = system
        self.told = Told()
        self.own = Finding("by itself")
        self.acknowledged = 0
        self.recovery = 0.0
        self._clients = clients
        self._rate = rate

    async def begin(self) -> None:
        """Stock the shelves, and order for a while. Raises RuntimeError and TooLate."""
        await self._crowd("shelves").stock_up()
        await self.load("before")
        await self.rest()

    async def load(self, name: str) -> int:
        """Let new clients order for a while; how many commands were accepted. Raises TooLate."""
        for part in ("command-api-1", "command-api-2"):
            await until(self.system.parts[part].complaint, RECOVERS_WITHIN)
        before = self.told.acknowledged
        crowd = self._crowd(f"{name}-")
        try:
            await crowd.start(name)
            await until_after(LOAD)
            await crowd.stop()
        finally:
            crowd.close()
        accepted = self.told.acknowledged - before
        self.acknowledged += accepted
        self.own.expect(accepted > 0, f"no command of {name} was accepted")
        return accepted

    async def rest(self) -> None:
        """Until all is published and applied. Raises TooLate."""
        await until(lambda: restless(self.system), RECOVERS_WITHIN)

    async def until_noticed(self, words: str) -> str:
        """Until one is not ready for a reason with `words` in it; what it says. Raises TooLate."""
        found = ""

        async def unnoticed() -> str | None:
            nonlocal found
            said = [await self.system.parts[name].complaint() for name in WORKERS]
            found = next((one for one in said if one is not None and words in one), "")
            return None if found else f"nobody says {words!r}, but {said}"

        await until(unnoticed, NOTICED_WITHIN)
        return found

    def numbers(self) -> Numbers:
        """The log as it is now. Raises psycopg.Error."""
        log = read_log(self.system.urls["write-db"])
        return {(event.partition, event.sequence): event.event_id for event in log.events}

    def _crowd(self, name: str) -> Crowd:
        return Crowd(self.system.doors, self.told, self._clients, self._rate, name)


def heads_of(numbers: Numbers) -> dict[int, int]:
    """The last sequence of each partition."""
    heads: dict[int, int] = {}
    for partition, sequence in numbers:
        heads[partition] = max(sequence, heads.get(partition, 0))
    return heads
