"""The fraud check to play with: started beside the others where that is asked for, and judging as its dial says."""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from command_api.adapters.http.fraud_check import HttpFraudCheck
from command_api.adapters.http.systems import OutsideSystems
from command_api.application.errors import FraudCheckUnavailable
from orders_domain.values import FraudVerdict
from stack.fraud_check import DIALS
from tests import web
from tests.integration.stack.launcher import Launcher, new_launcher
from tests.unit.command_api.asking import an_order

ORDER_ID: Final = str(UUID(int=7))


@pytest.fixture(scope="module")
def judged() -> Iterator[Launcher]:
    """Services in miniature, and the real fraud check before them."""
    with new_launcher() as made:
        made.ok("up", "--detach", "--fraud")
        yield made


@pytest.fixture
def url(judged: Launcher) -> str:
    found: str = judged.status()["fraud-check"]["url"]
    return found


def turn(url: str, dial: object) -> httpx.Response:
    return web.put(f"{url}/dial", json={"dial": dial}, timeout=5)


def assess(url: str, total_cents: object = 500, seconds: float = 5) -> httpx.Response:
    order = {"order_id": ORDER_ID, "version": 3, "total_cents": total_cents}
    return web.post(f"{url}/assess", json=order, timeout=seconds)


def test_it_runs_only_where_it_is_asked_for(judged: Launcher) -> None:
    assert list(judged.status()) == ["fraud-check", "web", "worker"]
    with new_launcher() as without:
        without.ok("up", "--detach")
        assert list(without.status()) == ["web", "worker"]


def test_the_environment_may_ask_for_it_too() -> None:
    with new_launcher(STACK_FRAUD="1") as made:
        made.ok("up", "--detach")
        assert made.states()["fraud-check"] == "ready"
        assert "stopped fraud-check" in made.ok("down").splitlines()


@pytest.mark.parametrize(
    ("dial", "total_cents", "verdict"),
    [
        ("approve", 10**9, "approve"),
        ("review", 1, "review"),
        ("deny", 1, "deny"),
        ("slow", 1, "approve"),
        ("by-amount", 9_999, "approve"),
        ("by-amount", 10_000, "review"),
        ("by-amount", 99_999, "review"),
        ("by-amount", 100_000, "deny"),
    ],
)
def test_it_judges_as_the_dial_says(url: str, dial: str, total_cents: int, verdict: str) -> None:
    assert turn(url, dial).json() == {"dial": dial}
    assert assess(url, total_cents).json() == {"order_id": ORDER_ID, "version": 3, "verdict": verdict}


def test_it_fails_as_the_dial_says(url: str) -> None:
    turn(url, "error")
    assert assess(url).status_code == 500
    turn(url, "lie")
    assert assess(url).headers["content-type"] == "text/html"
    turn(url, "hang")
    with pytest.raises(httpx.ReadTimeout):
        assess(url, seconds=0.3)


@pytest.mark.parametrize("dial", DIALS)
async def test_command_api_understands_each_of_its_answers(dial: str, url: str) -> None:
    turn(url, dial)
    systems = OutsideSystems()
    check: HttpFraudCheck = systems.fraud_check(f"{url}/assess", 2 if dial == "slow" else 0.6, "refuse")
    good = {"review": FraudVerdict.REVIEW, "deny": FraudVerdict.DENY}
    try:
        if dial in {"error", "lie", "hang"}:
            with pytest.raises(FraudCheckUnavailable):
                await check.assess(an_order())
        else:
            assert await check.assess(an_order()) is good.get(dial, FraudVerdict.APPROVE)
    finally:
        await systems.close()


def test_its_page_and_the_status_say_where_the_dial_stands(judged: Launcher, url: str) -> None:
    turn(url, "review")
    assess(url)
    page = web.get(f"{url}/", timeout=5).text
    assert "The dial is at <b>review</b>" in page
    assert [dial for dial in DIALS if f'value="{dial}"' not in page] == []
    (line,) = [line for line in judged.ok("status").splitlines() if line.startswith("fraud-check")]
    assert "dial at review; " in line


@pytest.mark.parametrize("dial", ["", "APPROVE", None, 1, []])
def test_a_mark_that_the_dial_does_not_have_leaves_it_as_it_was(url: str, dial: object) -> None:
    turn(url, "deny")
    assert turn(url, dial).status_code == 422
    assert web.get(f"{url}/dial", timeout=5).json()["dial"] == "deny"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"order_id": 1}', json.dumps({"total_cents": None}).encode()])
def test_what_is_no_order_is_refused(url: str, body: bytes) -> None:
    answer: Any = web.post(f"{url}/assess", content=body, timeout=5)
    assert answer.status_code == 422
