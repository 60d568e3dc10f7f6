"""The rounds that no dice choose, on a small system of their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.drills.checker.checking import check
from tests.drills.checker.finding import Finding
from tests.drills.drill import UNKNOWN, Played
from tests.drills.faults.proof import Proof
from tests.drills.memory import sampled
from tests.drills.pace import TooLate
from tests.drills.recovery.moved import moved
from tests.drills.recovery.restored import restored
from tests.drills.recovery.stage import Stage
from tests.drills.schedule import Fault, Round
from tests.drills.system import running_system

STORIES: Final[dict[str, Callable[[Stage], Awaitable[str]]]] = {"restored": restored, "moved": moved}
CLIENTS, RATE = 4, 60


async def recoveries(folder: Path, first: int) -> AsyncIterator[Played]:
    """Each story as a round, numbered from `first`; the later only while all is ok. Raises RuntimeError, TooLate."""
    async with running_system(folder) as system:
        stage = Stage(system, CLIENTS, RATE)
        await stage.begin()
        for number, name in enumerate(STORIES, first):
            played = await _played(stage, Round(number, name, (), name))
            played.is_last = played.verdict != "ok" or name == list(STORIES)[-1]
            yield played
            if played.is_last:
                break


async def _played(stage: Stage, planned: Round) -> Played:
    played, began = Played(planned), time.monotonic()
    exits, told = len(stage.system.exits), len(stage.told.commands)
    stage.own, stage.acknowledged, stage.recovery = Finding("by itself"), 0, 0.0
    try:
        async with sampled(stage.system.urls["redis"], played.memory):
            words = await STORIES[planned.name](stage)
        played.proofs = [Proof(Fault(planned.name, "write-db", 0.0, 0.0, 0.0), True, words)]
        played.findings = await asyncio.to_thread(check, stage.system.urls, stage.told, {}, None)
    except TooLate as error:
        stage.own.fault(str(error))
    except UNKNOWN as error:
        played.reason = f"{type(error).__name__}: {error}"
        return played
    finally:
        played.seconds, played.recovery = time.monotonic() - began, stage.recovery
        played.acknowledged = stage.acknowledged
        played.unknown = sum(one.outcome == "unknown" for one in stage.told.commands[told:])
        played.exits = [f"{one.name} ended with {one.code}" for one in stage.system.exits[exits:]]
    played.judge(stage.own)
    return played
