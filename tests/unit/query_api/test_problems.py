"""Every reason has a row in the one table, and nothing inside shows."""

import json
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException

from query_api.application.errors import AggregateNotFound, QueryError
from query_api.entrypoints.problem_kinds import PROBLEMS
from query_api.entrypoints.problems import Problem, problem_of, problem_response


def subclasses(error: type[QueryError]) -> Iterator[type[QueryError]]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def test_every_query_error_has_a_row() -> None:
    reasons = [error for error in subclasses(QueryError) if error is not AggregateNotFound]
    assert len(reasons) == 6
    assert {error.code for error in reasons} <= set(PROBLEMS)


def test_a_failure_of_ours_tells_nothing_of_itself() -> None:
    problem = problem_of(RuntimeError("password=hunter2"))
    assert problem.code == "internal_error"
    assert b"hunter2" not in bytes(problem_response(problem, "/x", "id").body)


def test_allow_names_head_wherever_get_is_allowed() -> None:
    problem = problem_of(HTTPException(405, headers={"Allow": "GET"}))
    assert problem.headers == {"Allow": "GET, HEAD"}


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_says_all_that_rfc_9457_and_we_ask_for(code: str) -> None:
    response = problem_response(Problem(code, "why"), "/api/v1/orders", "id-1")
    assert response.status_code == PROBLEMS[code].status
    assert response.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in response.headers) == (response.status_code == 503)
    assert json.loads(bytes(response.body)) == {
        "type": f"/queries/docs/problems#{code}",
        "title": PROBLEMS[code].title,
        "status": PROBLEMS[code].status,
        "detail": "why",
        "instance": "/api/v1/orders",
        "code": code,
        "trace_id": "id-1",
    }
