"""What a drill does with a verdict: it goes on, or begins a new system and keeps the old one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from tests.drills import session
from tests.drills.drill import Played, Verdict
from tests.drills.pace import TooLate
from tests.drills.report import Report, progress_line
from tests.drills.schedule import ROUNDS_OF_A_SYSTEM, Round, rounds
from tests.drills.session import MOST_KEPT, Session


class Stage:
    """Stands in for systems and for drills on them; `verdicts` are given one after another, then ok for ever."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.begun: list[str] = []
        self.ended = 0
        self._verdicts: Iterator[Verdict] = iter(verdicts)

    @asynccontextmanager
    async def system(self, folder: Path) -> AsyncIterator["Stage"]:
        await asyncio.to_thread(folder.mkdir, parents=True)
        self.begun.append(folder.name)
        yield self

    async def begin(self) -> None:
        """Ready at once."""

    async def play(self, planned: Round) -> Played:
        return Played(planned, verdict=next(self._verdicts, "ok"))

    def end(self) -> None:
        self.ended += 1


def playing(monkeypatch: pytest.MonkeyPatch, stage: Stage, folder: Path, count: int, ends: float = 1e12) -> Report:
    monkeypatch.setattr(session, "running_system", stage.system)
    monkeypatch.setattr(session, "Drill", lambda *_: stage)
    report = Report(1)
    planned = islice(rounds(1), count)
    asyncio.run(Session(Console(quiet=True), report, folder, planned, ends, 1, 1.0).play())
    return report


def test_rounds_that_are_ok_share_a_system_that_is_then_thrown_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage()
    report = playing(monkeypatch, stage, tmp_path, ROUNDS_OF_A_SYSTEM + 2)

    assert stage.begun == ["system-1", "system-26"]
    assert stage.ended == 2
    assert report.fine
    assert len(report.rounds) == ROUNDS_OF_A_SYSTEM + 2
    assert [played.round.number for played in report.rounds if played.is_last] == [25, 27]
    assert list(tmp_path.iterdir()) == report.kept == []


@pytest.mark.parametrize("verdict", ["violation", "unknown"])
def test_a_verdict_that_is_not_ok_keeps_the_system_and_the_rest_is_played_on_a_new_one(
    verdict: Verdict, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage("ok", verdict)
    report = playing(monkeypatch, stage, tmp_path, 4)

    assert stage.begun == ["system-1", "system-3"]
    assert [played.verdict for played in report.rounds] == ["ok", verdict, "ok", "ok"]
    assert report.kept == [tmp_path / "system-1"]
    assert not report.fine


def test_after_several_systems_were_kept_it_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    verdicts: list[Verdict] = ["violation"] * 20
    report = playing(monkeypatch, Stage(*verdicts), tmp_path, 20)
    assert len(report.rounds) == len(report.kept) == MOST_KEPT


def test_when_the_time_is_over_it_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = playing(monkeypatch, Stage(), tmp_path, 20, ends=0.0)
    assert len(report.rounds) == 1
    assert report.fine


def recovering(monkeypatch: pytest.MonkeyPatch, folder: Path, *verdicts: Verdict) -> Report:
    async def stories(where: Path, first: int) -> AsyncIterator[Played]:
        await asyncio.to_thread(where.mkdir, parents=True)
        for number, verdict in enumerate(verdicts, first):
            yield Played(Round(number, "", (), f"story {number}"), verdict=verdict)
        if not verdicts:
            raise TooLate("after 60 s: redis: no answer")

    monkeypatch.setattr(session, "recoveries", stories)
    report = Report(1, [Played(Round(24, "", ()), verdict="ok")])
    asyncio.run(Session(Console(quiet=True), report, folder, iter(()), 1e12, 1, 1.0).recover())
    return report


def test_recoveries_are_rounds_behind_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = recovering(monkeypatch, tmp_path, "ok", "ok")

    assert [played.round.number for played in report.rounds] == [24, 25, 26]
    assert report.fine
    assert report.kept == []
    assert "story 26" in progress_line(report.rounds[-1])
    assert report.document()["rounds"][-1]["name"] == "story 26"


def test_a_recovery_that_is_not_ok_keeps_its_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert recovering(monkeypatch, tmp_path, "violation").kept == [tmp_path / "recovery"]


def test_a_recovery_without_a_system_is_an_unknown_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = recovering(monkeypatch, tmp_path)
    assert report.rounds[-1].verdict == "unknown"
    assert "no answer" in report.rounds[-1].reason


def test_a_system_that_does_not_come_up_is_an_unknown_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Broken(Stage):
        async def begin(self) -> None:
            raise TooLate("after 60 s: redis: no answer")

    report = playing(monkeypatch, Broken(), tmp_path, 2)

    assert [played.verdict for played in report.rounds] == ["unknown", "unknown"]
    assert "no answer" in report.rounds[0].reason
    assert not report.fine
