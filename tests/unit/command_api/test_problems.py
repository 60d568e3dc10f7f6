"""Every refusal of the domain has a row in the table, and none of its facts hides a member of the document."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import Request

from command_api.entrypoints.problem_kinds import PROBLEMS
from command_api.entrypoints.problems import problem
from orders_domain import errors
from orders_domain.errors import DomainError
from tests.unit.orders_domain.test_errors import EXAMPLES

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}


def subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for found in of.__subclasses__():
        yield found
        yield from subclasses(found)


def test_the_table_has_a_row_for_every_refusal() -> None:
    kinds = [kind for kind in subclasses(DomainError) if kind.__module__.startswith(errors.__name__)]
    assert kinds
    assert {kind.code for kind in kinds} <= set(PROBLEMS)


def test_a_refusal_of_the_domain_is_no_fault_of_form_or_ours() -> None:
    assert {PROBLEMS[kind.code].status for kind in subclasses(DomainError)} == {400, 404, 409, 422}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_the_facts_of_a_refusal_stand_beside_the_members(error: DomainError) -> None:
    assert not MEMBERS & set(error.extra)
    assert set(error.extra) == set(PROBLEMS[error.code].members)
    scope = {"type": "http", "path": "/here", "state": {"request_id": "r-1"}}
    answer = problem(scope, error.code, error.detail, extra=error.extra)
    document = json.loads(bytes(answer.body))
    assert {name: document[name] for name in error.extra} == error.extra
    assert {name: document[name] for name in document if name not in error.extra} == {
        "type": f"/commands/docs/problems#{error.code}",
        "title": PROBLEMS[error.code].title,
        "status": PROBLEMS[error.code].status,
        "detail": error.detail,
        "instance": "/here",
        "code": error.code,
        "trace_id": "r-1",
    }
    assert answer.media_type == "application/problem+json"


@pytest.mark.parametrize("code", PROBLEMS)
def test_who_may_try_again_is_told_when(code: str) -> None:
    answer = problem({"type": "http", "path": "/here"}, code, "No.")
    assert answer.status_code == PROBLEMS[code].status
    assert ("retry-after" in answer.headers) == (
        code in {"concurrent_update", "idempotency_key_in_flight", "unavailable"}
    )


def test_a_fact_never_replaces_a_member() -> None:
    scope = Request({"type": "http", "path": "/here", "headers": []}).scope
    answer = problem(scope, "empty_order", "No.", extra={"status": "DRAFT", "order_id": str(UUID(int=1))})
    document = json.loads(bytes(answer.body))
    assert (document["status"], document["order_id"]) == (409, str(UUID(int=1)))
