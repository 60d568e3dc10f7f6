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
from orders_contracts.codec import decode_event
from orders_contracts.streams import NO_EVENT
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application.log import Checkpoint, Entry, Move, Slice
from projector.application.projections.fold import fold, orders_to_load
from query_api import composition as query_side
from query_api.settings import Settings as QuerySettings
from tests.contract.events.story import written

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


async def _project(write_database_url: str, read_database_url: str) -> None:
    """Bring the log's one event into the read models."""
    ((_, data),) = written(write_database_url)
    event = decode_event(data)
    event_id = str(event.envelope.id)
    slices = [Slice(0, Checkpoint(0, NO_EVENT), [event], [Entry(1, event_id, NO_EVENT, b"")])]
    store = PostgresReadStore(read_database_url, "g1")
    await store.open(1, 1)
    move = Move(0, 0, Checkpoint(1, event_id))
    missed = await store.apply(1, [move], orders_to_load([event]), lambda documents: fold(slices, documents))
    await store.close()
    assert not missed


@asynccontextmanager
async def _client_of(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop/api/v1") as client:
        yield client
