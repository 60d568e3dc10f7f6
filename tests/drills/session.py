"""Rounds on one system after another: a new one every so many rounds, and after every verdict that is not ok."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from stack.lodging import spare_folder
from tests.drills.drill import Drill, Played
from tests.drills.pace import TooLate
from tests.drills.recovery.playing import recoveries
from tests.drills.report import Report, progress_line
from tests.drills.schedule import Round
from tests.drills.system import remove, running_system

MOST_KEPT: Final = 5
"""Systems that are kept for looking at; then it ends."""


@dataclass(slots=True)
class Session:
    """What is played until `planned` or the time (`ends`, by the monotonic clock) is over."""

    console: Console
    report: Report
    folder: Path
    planned: Iterator[Round]
    ends: float
    clients: int
    rate: float

    async def play(self) -> None:
        """All of it. Systems that show nothing wrong are thrown away."""
        began, kept = time.monotonic(), 0
        following = next(self.planned, None)
        while (first := following) is not None and kept < MOST_KEPT:
            folder = self.folder / f"system-{first.number}"
            remove(folder)
            try:
                following = await self._play_on_one(folder, first)
            except (RuntimeError, OSError, TooLate) as error:
                self._note(Played(first, reason=f"no system: {error}"))
                following = self._next()
            if self.report.rounds[-1].verdict == "ok":
                remove(folder)
            else:
                kept += 1
                self.report.kept += whereabouts(folder)
            self.report.seconds = time.monotonic() - began

    async def _play_on_one(self, folder: Path, first: Round) -> Round | None:
        """The round that begins the next system; None when it is over."""
        async with running_system(folder) as system:
            drill = Drill(system, self.clients, self.rate)
            try:
                await drill.begin()
                one: Round | None = first
                while one is not None:
                    played = await drill.play(one)
                    one = self._next()
                    played.is_last = played.verdict != "ok" or one is None or one.is_first
                    self._note(played)
                    if played.is_last:
                        break
                return one
            finally:
                drill.end()

    async def recover(self) -> None:
        """The recoveries from a write database that is not the one that it was, on a system of their own."""
        began = time.monotonic()
        first = max((played.round.number for played in self.report.rounds), default=0) + 1
        folder = self.folder / "recovery"
        remove(folder)
        try:
            async for played in recoveries(folder, first):
                self._note(played)
        except (RuntimeError, OSError, TooLate) as error:
            self._note(Played(Round(first, "", (), "recovery"), reason=f"no system: {error}"))
        if self.report.rounds[-1].verdict == "ok":
            remove(folder)
        else:
            self.report.kept += whereabouts(folder)
        self.report.seconds += time.monotonic() - began

    def _next(self) -> Round | None:
        return next(self.planned, None) if time.monotonic() < self.ends else None

    def _note(self, played: Played) -> None:
        self.report.rounds.append(played)
        self.console.print(progress_line(played))


def whereabouts(folder: Path) -> list[Path]:
    """Where a system's logs and data are: not in one place where the engines may not enter the folder."""
    return [place for place in (folder, spare_folder(folder.absolute())) if place.exists()]
