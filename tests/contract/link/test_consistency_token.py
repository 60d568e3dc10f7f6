"""The Consistency-Token of a command's answer is honoured by query-api, which takes no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from command_api import composition as command_side
from command_api.settings import Settings as CommandSettings
from projector.adapters.postgres_read_store import PostgresReadStore
from query_api import composition as query_side
from query_api.settings import Settings as QuerySettings
from tests.contract.events.story import written
from tests.contract.releases.contents import entries
from tests.suites.projector_parked import Projector
from tests.suites.projector_waiting import until

TOKEN: Final = "Consistency-Token"
ONCE: Final = {"Prefer": "wait=0"}
CUSTOMER: Final = "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10"
COMMANDS: Final = [
    pytest.param("POST", "/orders", {"customer_id": CUSTOMER}, id="order"),
    pytest.param("PUT", "/products/TEA", {"name": "Tea", "unit_price_cents": 499, "currency": "EUR"}, id="product"),
]


@pytest.fixture
async def commands(write_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of command-api."""
    app = command_side.application(CommandSettings(database_url=write_database_url))
    async with app.router.lifespan_context(app), _client_of(app) as client:
        yield client


@pytest.fixture
async def queries(read_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of query-api."""
    secret = SecretStr("0123456789abcdef" * 2)
    parts = query_side.build(QuerySettings(database_url=read_database_url, page_token_secret=secret))
    await parts.database.open()
    async with _client_of(parts.app) as client:
        yield client
    await parts.database.close()


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS)
async def test_a_token_is_honoured_before_and_after_its_event_arrives(
    commands: httpx.AsyncClient,
    queries: httpx.AsyncClient,
    write_database_url: str,
    read_database_url: str,
    method: str,
    path: str,
    body: dict[str, object],
) -> None:
    accepted = await commands.request(method, path, json=body)
    assert accepted.status_code == 201, accepted.text
    token = {TOKEN: accepted.headers[TOKEN]}
    there = path if method == "PUT" else accepted.headers["Location"].removeprefix("/api/v1")
    unknown, behind = await queries.get(there), await queries.get(there, headers=token | ONCE)
    await _project(write_database_url, read_database_url)
    found = await queries.get(there, headers=token)
    assert unknown.status_code == 404
    assert (behind.status_code, behind.json()["code"]) == (503, "read_model_behind")
    assert (found.status_code, found.headers["ETag"]) == (200, accepted.headers["ETag"])
    assert found.json()["version"] == accepted.json()["version"]


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS)
async def test_a_token_that_was_tampered_with_is_refused(
    commands: httpx.AsyncClient, queries: httpx.AsyncClient, method: str, path: str, body: dict[str, object]
) -> None:
    accepted = await commands.request(method, path, json=body)
    token = accepted.headers[TOKEN]
    for garbage in (token[:-1], token + "A", token.swapcase(), f"{token}=", f" {token[1:]}"):
        refused = await queries.get("/products", headers={TOKEN: garbage} | ONCE)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request"), garbage


async def test_the_token_of_an_accepted_command_leads_to_its_end_and_that_to_what_it_did(
    commands: httpx.AsyncClient, queries: httpx.AsyncClient, write_database_url: str, read_database_url: str
) -> None:
    answer = await commands.post("/orders", json={"customer_id": CUSTOMER}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    there, token = answer.headers["Location"].removeprefix("/api/v1"), {TOKEN: answer.headers[TOKEN]}
    unknown, behind = await queries.get(there), await queries.get(there, headers=token | ONCE)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "command_not_found")
    assert (behind.status_code, behind.json()["code"]) == (503, "read_model_behind")
    await until(lambda: _has_ended(write_database_url))
    await _project(write_database_url, read_database_url)
    found = await queries.get(there, headers=token)
    told = found.json()
    assert (found.status_code, told["command"], told["status"]) == (200, "CreateOrder", "succeeded")
    order = await queries.get(f"/orders/{told['result']['order_id']}", headers={TOKEN: found.headers[TOKEN]})
    assert (order.status_code, order.json()["version"]) == (200, told["result"]["version"])


async def _has_ended(write_database_url: str) -> bool:
    return any(type_ == "orders.CommandSucceeded.v1" for type_, _ in written(write_database_url))


async def _project(write_database_url: str, read_database_url: str) -> None:
    """Bring the log into the read models."""
    store = PostgresReadStore(read_database_url, "g1")
    log = [event for _, event in written(write_database_url)]
    assert await Projector(store).apply(list(entries(log)))
    await store.close()


@asynccontextmanager
async def _client_of(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop/api/v1") as client:
        yield client
