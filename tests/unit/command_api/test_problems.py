"""Every refusal of the domain has a row in the table, and none of its facts hides a member of the document."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import Request

from command_api.entrypoints.problems import STATUS, problem
from orders_domain import errors
from orders_domain.errors import DomainError
from tests.unit.orders_domain.test_errors import EXAMPLES

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
PUBLISHED = {
    400: {"insufficient_inventory"},
    404: {"order_not_found", "product_not_found", "item_not_found", "shipment_not_found"},
    409: {
        "illegal_transition",
        "empty_order",
        "missing_address",
        "quantity_limit",
        "line_limit",
        "shipment_exceeds_ordered",
        "product_delisted",
        "stock_below_reserved",
    },
    422: {"unknown_product", "currency_mismatch"},
}


def subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for found in of.__subclasses__():
        yield found
        yield from subclasses(found)


def test_the_table_has_a_row_for_every_refusal_and_no_other() -> None:
    assert set(STATUS) == {kind for kind in subclasses(DomainError) if kind.__module__ == errors.__name__}


def test_the_table_says_what_is_published() -> None:
    said: dict[int, set[str]] = {}
    for kind, status in STATUS.items():
        said.setdefault(status, set()).add(kind.code)
    assert said == PUBLISHED


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_the_facts_of_a_refusal_stand_beside_the_members(error: DomainError) -> None:
    assert not MEMBERS & set(error.extra)
    scope = {"type": "http", "path": "/here", "state": {"request_id": "r-1"}}
    answer = problem(scope, STATUS[type(error)], error.code, error.detail, extra=error.extra)
    document = json.loads(bytes(answer.body))
    assert {name: document[name] for name in error.extra} == error.extra
    assert {name: document[name] for name in document if name not in error.extra} == {
        "type": f"/problems/{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": answer.status_code,
        "detail": error.detail,
        "instance": "/here",
        "code": error.code,
        "trace_id": "r-1",
    }
    assert answer.media_type == "application/problem+json"


def test_a_fact_never_replaces_a_member() -> None:
    scope = Request({"type": "http", "path": "/here", "headers": []}).scope
    answer = problem(scope, 409, "empty_order", "No.", extra={"status": "DRAFT", "order_id": str(UUID(int=1))})
    document = json.loads(bytes(answer.body))
    assert (document["status"], document["order_id"]) == (409, str(UUID(int=1)))
