"""Who is ready and what he is doing, told from an HTTP answer."""

import httpx
import pytest
import respx

from stack.readiness import LONGEST_SUMMARY, ask_ready, ask_summary

URL = "http://127.0.0.1:18001"


@respx.mock
def test_a_service_that_answers_200_is_ready() -> None:
    respx.get(f"{URL}/readyz").respond(200, json={"status": "ready", "reasons": []})
    assert ask_ready(URL) is None


@respx.mock
def test_the_reasons_of_an_unready_service_are_told() -> None:
    respx.get(f"{URL}/readyz").respond(503, json={"status": "unready", "reasons": ["database", "link"]})
    assert ask_ready(URL) == "HTTP 503: database, link"


@respx.mock
@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"reasons": []}', '{"reasons": 3}'])
def test_an_unready_service_without_reasons_is_told_by_its_status(body: str) -> None:
    respx.get(f"{URL}/readyz").respond(503, text=body)
    assert ask_ready(URL) == "HTTP 503"


@respx.mock
@pytest.mark.parametrize("error", [httpx.ConnectError("Connection refused"), httpx.ReadTimeout("timed out")])
def test_a_service_that_does_not_answer_is_not_ready(error: httpx.HTTPError) -> None:
    respx.get(f"{URL}/readyz").mock(side_effect=error)
    assert ask_ready(URL) == str(error)


@respx.mock
def test_what_a_service_is_doing_is_told_in_one_line() -> None:
    respx.get(f"{URL}/status").respond(200, json={"summary": "replaying: 12,300 events/s,\n28 s left", "mine": [1]})
    assert ask_summary(URL) == "replaying: 12,300 events/s, 28 s left"


@respx.mock
def test_a_service_that_says_too_much_is_cut_short() -> None:
    respx.get(f"{URL}/status").respond(200, json={"summary": "again and " * 100})
    assert len(ask_summary(URL)) <= LONGEST_SUMMARY


@respx.mock
@pytest.mark.parametrize("body", ["", "no json", "[]", "3", "{}", '{"summary": null}', '{"summary": ""}'])
def test_a_service_without_a_summary_is_told_without_one(body: str) -> None:
    respx.get(f"{URL}/status").respond(200, text=body)
    assert ask_summary(URL) == ""


@respx.mock
@pytest.mark.parametrize("status", [404, 500])
def test_a_service_without_a_status_page_is_told_without_a_summary(status: int) -> None:
    respx.get(f"{URL}/status").respond(status, json={"summary": "an error of mine"})
    assert ask_summary(URL) == ""


@respx.mock
def test_a_service_that_does_not_answer_for_its_status_holds_nobody_up() -> None:
    respx.get(f"{URL}/status").mock(side_effect=httpx.ReadTimeout("timed out"))
    assert ask_summary(URL) == ""
