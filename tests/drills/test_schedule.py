"""A seed gives the same faults and the same wishes, always; and enough of them."""

from itertools import islice
from pathlib import Path

import pytest

from tests.drills.__main__ import ROUNDS
from tests.drills.checker.finding import Finding
from tests.drills.drill import Played
from tests.drills.faults.inflicting import FAULTS
from tests.drills.faults.proof import Proof
from tests.drills.figures import figures_of, grown, staleness
from tests.drills.load.dice import wishes
from tests.drills.report import Report, progress_line, write_report
from tests.drills.schedule import KINDS, ROUNDS_OF_A_SYSTEM, Fault, Round, rounds

METRICS = """\
# HELP relay_publishes_refused_total Batches a stream was not ready for
relay_publishes_refused_total 3.0
relay_publishes_refused_created 1.76e+09
projector_gap{partition="0"} 1.0
projector_gap{partition="1"} 0.0
projector_replay_requests_total{partition="1"} 2.0
relay_ticks_total 900.0
"""


def test_a_seed_gives_the_same_schedule_and_another_seed_another() -> None:
    once, again, other = (list(islice(rounds(seed, long=True), 100)) for seed in (7, 7, 8))
    assert once == again
    assert once != other


def test_a_seed_gives_the_same_wishes() -> None:
    once, again, other = (list(islice(wishes(seed), 500)) for seed in ("7/1", "7/1", "7/2"))
    assert once == again
    assert once != other
    assert {wish.kind for wish in once} == {
        *("create", "add", "change", "remove", "address", "confirm", "cancel", "discard", "ship", "deliver", "note")
    }


@pytest.mark.parametrize("seed", range(20))
def test_a_short_drill_has_ten_kinds_of_fault_in_twenty_rounds(seed: int) -> None:
    played = list(islice(rounds(seed), ROUNDS))
    assert sum(bool(one.faults) for one in played) >= 20
    assert len({fault.kind for one in played for fault in one.faults}) >= 10


def test_every_system_begins_with_a_round_without_faults() -> None:
    for one in islice(rounds(1), 120):
        assert one.is_first is (one.number % ROUNDS_OF_A_SYSTEM == 1)
        assert bool(one.faults) is not one.is_first


def test_two_faults_at_once_never_touch_the_same() -> None:
    takes = {kind.name: kind.takes for kind in KINDS}
    several = [one.faults for one in islice(rounds(3), 500) if len(one.faults) > 1]
    assert len(several) > 100
    for faults in several:
        touched = [thing for fault in faults for thing in {fault.target, *takes[fault.kind]}]
        assert len(touched) == len(set(touched))


def test_every_kind_of_fault_can_be_inflicted() -> None:
    assert set(FAULTS) == {kind.name for kind in KINDS}


def test_faults_can_be_kept_to_some_targets() -> None:
    only, at = frozenset({"kill", "cut-link", "fill-memory"}), frozenset({"command-api-2", "command-api-2>write-db"})
    faults = [fault for one in islice(rounds(1, only=only, at=at), 50) for fault in one.faults]
    assert {(fault.kind, fault.target) for fault in faults} == {
        ("kill", "command-api-2"),
        ("cut-link", "command-api-2>write-db"),
    }


def test_pauses_are_longer_in_the_long_form() -> None:
    def longest(*, long: bool) -> float:
        chosen = islice(rounds(5, long=long, only=frozenset({"pause"})), 400)
        return max(fault.seconds for one in chosen for fault in one.faults)

    assert longest(long=False) <= 10
    assert 30 < longest(long=True) <= 60


def test_figures_of_healing_are_found_among_metrics() -> None:
    figures = figures_of(METRICS)
    assert figures == [
        ("relay_publishes_refused", 3.0),
        ("projector_gap", 1.0),
        ("projector_gap", 0.0),
        ("projector_replay_requests", 2.0),
    ]
    assert grown({"a": 1.0}, {"a": 3.0, "b": 1.0}) == {"a": 2.0, "b": 1.0}


@pytest.mark.parametrize(
    ("behind", "seconds", "complaint"),
    [(0, 0.4, None), (0, None, "None s behind"), (0, 60.0, "60.0 s behind"), (3, 0.4, "{1: 3}")],
)
def test_a_system_at_rest_must_know_itself_to_be_fresh(
    behind: int, seconds: float | None, complaint: str | None
) -> None:
    partitions = [{"partition": 0, "events_behind": 0}, {"partition": 1, "events_behind": behind}]
    words = staleness({"partitions": partitions, "seconds_behind": seconds})
    assert words is None if complaint is None else complaint in str(words)


@pytest.mark.parametrize(
    ("happened", "violations", "verdict"),
    [(True, 0, "ok"), (True, 1, "violation"), (False, 0, "unknown"), (False, 1, "violation")],
)
def test_a_verdict_is_ok_only_where_all_is_known_and_nothing_is_wrong(
    happened: bool, violations: int, verdict: str, tmp_path: Path
) -> None:
    fault = Fault("kill", "redis", 0.0, 0.0, 0.0)
    played = Played(Round(2, "1/2", (fault,)), proofs=[Proof(fault, happened, "because")])
    own = Finding("by itself")
    for _ in range(violations):
        own.fault("[it] hangs")
    played.judge(own)
    report = Report(1, [played])
    write_report(tmp_path / "1.json", report)

    assert played.verdict == verdict
    assert report.fine is (verdict == "ok")
    assert verdict in progress_line(played)
    assert ("because" in progress_line(played)) is (verdict == "unknown")
    assert f'"verdict": "{verdict}"' in (tmp_path / "1.json").read_text()
