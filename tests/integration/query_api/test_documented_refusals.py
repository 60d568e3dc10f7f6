"""What each question is documented to refuse is what it refuses: every code of it can be had, and no other one."""

from collections.abc import Awaitable
from typing import Any, Final

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.application.errors import Unavailable
from query_api.composition import Parts
from tests.contract.http.changes import operations
from tests.contract.http.documents import document
from tests.suites.query_following import store_parked

OPERATIONS: Final = operations(document("query-api"))
NOBODY: Final = "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10"
AHEAD: Final = {"Consistency-Token": encode_token(ConsistencyToken("order", NOBODY, 1)), "Prefer": "wait=0"}
PARKED: Final = {"Consistency-Token": encode_token(ConsistencyToken("product", "PARKED", 1)), "Prefer": "wait=0"}


def documented(name: str) -> set[str]:
    """The codes that a question may be answered."""
    contents = [response.get("content", {}) for response in OPERATIONS[name]["responses"].values()]
    return {code for one in contents for code in one.get("application/problem+json", {}).get("examples", {})}


def failing(error: Exception) -> Any:
    """A database that answers nothing."""

    async def rows(*_anything: object, **_more: object) -> None:
        raise error

    return rows


@pytest.mark.parametrize("name", OPERATIONS)
async def test_what_is_documented_is_what_is_refused(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str, name: str
) -> None:
    store_parked(read_database_url, [("product", "PARKED", 1)])
    path = name.removeprefix("GET ").format(order_id=NOBODY, customer_id=NOBODY, command_id=NOBODY, sku="NOBODY")
    answers: list[Awaitable[httpx.Response]] = [
        client.get(path, headers={"Consistency-Token": "garbage"}),
        client.get(f"{path}?no_such=1"),
        client.get(path, headers=AHEAD),
        client.get(path, headers=PARKED),
        client.get(path),
    ]
    seen = [await answer for answer in answers]
    for error in (Unavailable("gone"), ValueError("a fault")):
        parts.database.rows = failing(error)  # type: ignore[method-assign]
        seen.append(await client.get(path))
    assert {answer.json()["code"] for answer in seen if answer.status_code != 200} == documented(name)
