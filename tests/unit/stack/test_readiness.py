"""Who is ready, told from an HTTP answer."""

import httpx
import pytest
import respx

from stack.readiness import ask_ready

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
