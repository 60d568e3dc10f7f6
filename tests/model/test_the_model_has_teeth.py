"""The model fails when a rule of the link is taken out: each bug is planted, and seen within a few hundred schedules.

What the design heals in spite of a bug counts as seen when a run without faults shows that something was healed.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import pytest
from hypothesis import Phase

from tests.model import bugs
from tests.model.bugs import Bug
from tests.model.machine import explore
from tests.model.schedules import FULL_MEMORY, LOSSES, run_restored, run_schedule, run_without_faults
from tests.model.stepping import Violation
from tests.model.world import small_numbers

Run = Callable[[int], object]
SEEDS: Final = 400
with_losses = partial(run_schedule, faults=LOSSES)
with_full_memory = partial(run_schedule, faults=FULL_MEMORY)
BUGS: Final[dict[Bug, Run]] = {
    bugs.prev_is_not_compared: run_restored,
    bugs.a_gap_is_skipped: run_schedule,
    bugs.checkpoints_are_set_without_a_compare: run_schedule,
    bugs.checkpoints_move_after_the_rows_are_committed: run_schedule,
    bugs.a_late_relay_is_not_fenced: run_schedule,
    bugs.heads_are_told_before_their_events: run_schedule,
    bugs.replies_share_one_name: run_schedule,
    bugs.what_the_slowest_group_has_not_passed_is_trimmed: run_without_faults,
    bugs.no_replay_is_asked_for: run_schedule,
    bugs.a_replay_is_asked_for_once_only: run_schedule,
    bugs.heads_are_not_compared_with_what_came: with_losses,
    bugs.the_relay_trusts_its_own_cursor: with_losses,
    bugs.full_memory_is_swallowed: with_full_memory,
    bugs.a_tick_is_ordered_by_transaction: run_schedule,
    bugs.a_new_epoch_does_not_empty_the_read_model: run_restored,
}


def _name(bug: Bug) -> str:
    return bug.__name__


@pytest.mark.parametrize("bug", BUGS, ids=_name)
def test_a_planted_bug_is_seen_by_the_model(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with small_numbers():
        violation = _violation(BUGS[bug], range(SEEDS))
    assert violation is not None
    assert "has ended" not in str(violation), "the plant itself is broken"


@pytest.mark.parametrize("bug", [bugs.a_gap_is_skipped, bugs.the_relay_trusts_its_own_cursor], ids=_name)
def test_hypothesis_sees_a_planted_bug_too(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with pytest.raises(Violation):
        explore(400, phases=[Phase.generate], database=None, derandomize=True)


def _violation(run: Run, seeds: Iterable[int]) -> Violation | None:
    """The first one."""
    for seed in seeds:
        try:
            run(seed)
        except Violation as violation:
            print(violation)
            return violation
    return None
