"""What each operation is documented to refuse is what it refuses: every code of it can be had, and no other one."""

from collections.abc import AsyncIterator, Awaitable
from typing import Final
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from command_api import composition
from command_api.application.context import Context
from command_api.application.errors import ConcurrentUpdate, KeyInFlight, KeyReused, Unavailable
from command_api.settings import Settings
from tests.integration.command_api.operations import CREATE, NOTE, OPERATIONS, ask, documented
from tests.integration.command_api.refused_by_rules import BY_RULES
from tests.integration.command_api.refused_later import LATER
from tests.integration.command_api.shop import Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_ORDERS: Final = [name for name in OPERATIONS if "{order_id}" in name]
CHANGES: Final = [name for name in OPERATIONS if name != CREATE]


class Failing:
    """A command bus on which everything fails alike."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def dispatch(self, _command: object, _context: Context) -> None:
        raise self._error


class Seen:
    """The codes that each operation was answered."""

    def __init__(self) -> None:
        self.codes: dict[str, set[str]] = {name: set() for name in OPERATIONS}

    async def note(self, name: str, answer: Awaitable[httpx.Response]) -> None:
        self.codes[name].add((await answer).json()["code"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(shop: Shop, database_url: str) -> AsyncIterator[Seen]:
    """All that was answered to all of this."""
    seen = Seen()
    for name in OPERATIONS:
        await _wrong_forms(seen, shop, name)
    for name, asked in [*BY_RULES.items(), *LATER.items()]:
        for answer in asked:
            await seen.note(name, answer(shop))
    await _wrong_states(seen, shop)
    await _stale(seen, shop)
    await _failures(seen, database_url)
    yield seen


async def _wrong_forms(seen: Seen, shop: Shop, name: str) -> None:
    json = {"content-type": "application/json"}
    await seen.note(name, ask(shop, name, content=b"{", headers=json))
    await seen.note(name, ask(shop, name, content=b" " * 262_145, headers=json))
    await seen.note(name, ask(shop, name, content=b"{}", headers={"content-type": "text/plain"}))
    await seen.note(name, ask(shop, name, params={"unknown": "1"}))


async def _wrong_states(seen: Seen, shop: Shop) -> None:
    for name in OF_ORDERS:
        await seen.note(name, ask(shop, name, order_id=str(uuid4())))
        given_up = await shop.draft()
        await shop.call("DELETE", f"/orders/{given_up}")
        if name != NOTE:  # the one change that every state allows
            await seen.note(name, ask(shop, name, order_id=given_up))


async def _stale(seen: Seen, shop: Shop) -> None:
    for name in CHANGES:
        place = {"order_id": await shop.draft()} if name in OF_ORDERS else {"sku": await shop.product()}
        await seen.note(name, ask(shop, name, headers={"If-Match": '"99"'}, **place))


async def _failures(seen: Seen, database_url: str) -> None:
    app = composition.application(Settings(database_url=database_url, require_if_match=True))
    async with open_shop(app, database_url) as strict:
        for name in CHANGES:
            await seen.note(name, ask(strict, name))
        for name in OPERATIONS:
            for error in (
                Unavailable("gone"),
                ValueError("a fault"),
                KeyInFlight(),
                KeyReused(),
                *([ConcurrentUpdate()] if name in OF_ORDERS else []),
            ):
                app.state.desk.bus = Failing(error)
                await seen.note(name, ask(strict, name, headers={"If-Match": "*"}))


@pytest.mark.parametrize("name", OPERATIONS)
async def test_what_is_documented_is_what_is_refused(seen: Seen, name: str) -> None:
    assert seen.codes[name] == documented(name)
