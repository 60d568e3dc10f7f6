"""A drill: round after round of faults under load, each followed by recovery, rest, and a check."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final, Literal

import psycopg
import redis

from tests.drills.checker.asking import read_epoch
from tests.drills.checker.checking import check
from tests.drills.checker.finding import Finding
from tests.drills.faults.inflicting import inflict
from tests.drills.faults.poison import settle
from tests.drills.faults.proof import Proof, Scene
from tests.drills.figures import grown, healing
from tests.drills.load.crowd import Crowd
from tests.drills.memory import Sample, sampled
from tests.drills.pace import TooLate, until, until_after
from tests.drills.resting import RECOVERS_WITHIN, restless, until_recovered
from tests.drills.schedule import Round
from tests.drills.system import System
from tests.drills.told import Told

Verdict = Literal["ok", "violation", "unknown"]

WARMS_UP: Final = 1.0
"""Seconds of load before the first fault, and after recovery."""
SHARES_OUT: Final = 2.5
"""Seconds after which two that started at once know of each other, by their heartbeats. Until then both publish all."""
CALM: Final = 5.0
"""Seconds of load in a round without faults."""
GIVES_UP: Final = 3.0
"""Seconds for a system that has not recovered already."""


# The last three are documents of a form that the checker does not know.
UNKNOWN: Final = (
    *(psycopg.Error, redis.RedisError, OSError, TimeoutError, RuntimeError, TooLate),
    *(LookupError, ValueError, TypeError),
)


@dataclass(slots=True)
class Played:
    """One round as it went. `recovery` is from the end of the last fault to the read side having all of before."""

    round: Round
    verdict: Verdict = "unknown"
    proofs: list[Proof] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    recovery: float = 0.0
    acknowledged: int = 0
    unknown: int = 0
    exits: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory: list[Sample] = field(default_factory=list)
    is_last: bool = False
    """Of its system."""
    reason: str = ""

    def judge(self, own: Finding) -> None:
        """Ok only where everything is known and nothing is wrong."""
        self.findings.append(own)
        if any(finding.violations for finding in self.findings):
            self.verdict = "violation"
        elif all(proof.happened for proof in self.proofs):
            self.verdict = "ok"
        else:
            self.reason = "; ".join(proof.words for proof in self.proofs if not proof.happened)


class Drill:
    """Plays rounds on one system."""

    def __init__(self, system: System, clients: int, rate: float) -> None:
        self.told = Told()
        self._system = system
        self._scene = Scene(system, self.told)
        self._crowd = Crowd(system.doors, self.told, clients, rate)

    async def begin(self) -> None:
        """Stock the shelves. Raises RuntimeError and TooLate."""
        await self._crowd.stock_up()
        await until_after(SHARES_OUT)
        await until(self._restless, RECOVERS_WITHIN)

    async def play(self, planned: Round) -> Played:
        """One round. Never raises for what the system does: that makes a verdict."""
        played = Played(planned)
        own = Finding("by itself")
        began = time.monotonic()
        done, told, exits = self.told.acknowledged, len(self.told.commands), len(self._system.exits)
        try:
            self._scene.epoch = await asyncio.to_thread(read_epoch, self._system.urls["write-db"])
            async with sampled(self._system.urls["redis"], played.memory):
                healed = await self._under_load(played, own)
            played.findings = await asyncio.to_thread(
                check, self._system.urls, self.told, self._scene.removed, None if planned.faults else healed
            )
        except UNKNOWN as error:
            played.reason = f"{type(error).__name__}: {error}"
            return played
        finally:
            played.seconds = time.monotonic() - began
            played.acknowledged = self.told.acknowledged - done
            played.unknown = sum(one.outcome == "unknown" for one in self.told.commands[told:])
            played.exits = [f"{one.name} ended with {one.code}" for one in self._system.exits[exits:]]
        for complaint in self._scene.complaints:
            own.fault(complaint)
        self._scene.complaints.clear()
        played.judge(own)
        return played

    def end(self) -> None:
        """Send the clients home, whatever they wait for."""
        self._crowd.close()

    async def _under_load(self, played: Played, own: Finding) -> dict[str, float]:
        before = await healing(self._system.ports) if not played.round.faults else {}
        await self._crowd.start(played.round.seed)
        await until_after(WARMS_UP if played.round.faults else CALM)
        played.proofs = list(await asyncio.gather(*(inflict(self._scene, one) for one in played.round.faults)))
        own.counts["faults"] = len(played.proofs)
        try:
            played.recovery = await until_recovered(self._system)
            own.counts["recovered"] = 1
        except TooLate as error:
            own.fault(f"no recovery {error}")
        await until_after(WARMS_UP)
        await self._crowd.stop()
        await self._come_to_rest(own)
        return grown(before, await healing(self._system.ports)) if not played.round.faults else {}

    async def _come_to_rest(self, own: Finding) -> None:
        try:
            await until(self._restless, RECOVERS_WITHIN if own.counts["recovered"] else GIVES_UP)
        except TooLate as error:
            own.fault(f"no rest {error}")
        try:
            complaint = await settle(self._scene)
        except TooLate as error:
            complaint = str(error)
        if complaint is not None:
            own.fault(f"poison: {complaint}")

    async def _restless(self) -> str | None:
        return await restless(self._system)
