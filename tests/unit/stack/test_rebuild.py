"""Following a projector that makes the read models anew, from what it says of itself."""

import re

import httpx
import pytest
import respx
from rich.console import Console

from stack import rebuild
from stack.failures import StackError
from stack.rebuild import follow

URL = "http://127.0.0.1:8004"


def status(*places: tuple[int, int]) -> httpx.Response:
    """Sequence and head of each partition."""
    return httpx.Response(200, json={"partitions": [{"sequence": at, "head": head} for at, head in places]})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses, and little patience."""
    monkeypatch.setattr(rebuild, "_LOOK_AGAIN", 0)
    monkeypatch.setattr(rebuild, "_SILENT_WITHIN", 0.05)


@respx.mock
def test_it_is_followed_until_it_has_all_of_every_partition() -> None:
    answers = [status(), status((0, 4), (0, 1)), status((4, 4), (0, 1)), status((4, 4), (1, 1))]
    asked = respx.get(f"{URL}/status").mock(side_effect=answers)
    follow(URL, Console(quiet=True))
    assert asked.call_count == len(answers)


@respx.mock
def test_of_an_empty_log_there_is_nothing_to_wait_for() -> None:
    respx.get(f"{URL}/status").mock(return_value=status((0, 0), (0, 0)))
    follow(URL, Console(quiet=True))


@respx.mock
def test_one_that_stands_still_is_given_up_and_its_address_told() -> None:
    respx.get(f"{URL}/status").mock(return_value=status((3, 4)))
    with pytest.raises(StackError, match=f"does not go on: {re.escape(URL)}/status"):
        follow(URL, Console(quiet=True))


@respx.mock
def test_one_that_died_is_told_of_in_one_line() -> None:
    respx.get(f"{URL}/status").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(StackError, match="does not answer: refused"):
        follow(URL, Console(quiet=True))
