"""What the verbs refuse before they talk to anybody."""

import signal
from pathlib import Path

import pytest

from stack import verbs
from stack.catalogue import ORDERS
from stack.failures import StackError


@pytest.mark.parametrize("text", ["9", "KILL", "SIGKILL", "kill", "sigkill"])
def test_a_signal_may_be_given_by_name_or_number(text: str) -> None:
    assert verbs.signal_number(text) == signal.SIGKILL


@pytest.mark.parametrize("text", ["", "0", "999", "KILLED", "-9"])
def test_what_is_no_signal_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(StackError) as refusal:
        verbs.signal_number(text)
    assert refusal.value.code == 2
    assert "\n" not in refusal.value.message


def test_reset_removes_nothing_that_is_not_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    with pytest.raises(StackError, match="no data folder"):
        verbs.reset(tmp_path, tmp_path)
    assert (tmp_path / "letters").exists()


def test_a_part_that_this_launcher_does_not_have_is_not_run(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="there is no weather here"):
        verbs.up(ORDERS, tmp_path, None, {}, ["fraud", "weather"], detach=False)


def test_an_unknown_part_is_refused_with_the_names_of_the_known_ones(tmp_path: Path) -> None:
    for attempt in (
        lambda: verbs.restart(ORDERS, tmp_path, "relay"),
        lambda: verbs.kill(ORDERS, tmp_path, "relay", signal.SIGKILL),
        lambda: verbs.logs(ORDERS, tmp_path, "relay", print, follow=False),
    ):
        with pytest.raises(StackError) as refusal:
            attempt()
        assert refusal.value.code == 2
        assert all(name in refusal.value.message for name in ORDERS.names)
