"""What each operation is documented to refuse is what it refuses: every code of it can be had, and no other one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from command_api import composition
from command_api.application.context import Context
from command_api.application.errors import ConcurrentUpdate, KeyInFlight, KeyReused, Unavailable
from command_api.settings import Settings
from tests.contract.http.changes import operations
from tests.contract.http.documents import document
from tests.integration.command_api.shop import Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

Answers = Callable[[Shop], Awaitable[httpx.Response]]

ORDERS: Final = "/api/v1/orders"
ORDER, PRODUCT = f"{ORDERS}/{{order_id}}", "/api/v1/products/{sku}"
CREATE, ADD, DISCARD = f"POST {ORDERS}", f"POST {ORDER}/items", f"DELETE {ORDER}"
CHANGE, REMOVE = f"PUT {ORDER}/items/{{sku}}", f"DELETE {ORDER}/items/{{sku}}"
MOVE, CONFIRM, CANCEL = f"PUT {ORDER}/shipping-address", f"POST {ORDER}/confirm", f"POST {ORDER}/cancel"
SHIP, DELIVER = f"POST {ORDER}/shipments", f"POST {ORDER}/shipments/{{shipment_id}}/deliver"
LIST, ADJUST = f"PUT {PRODUCT}", f"POST {PRODUCT}/stock-adjustments"
DOCUMENT: Final = document("command-api")
OPERATIONS: Final = operations(DOCUMENT)
OF_ORDERS: Final = [name for name in OPERATIONS if "{order_id}" in name]
CHANGES: Final = [name for name in OPERATIONS if name != CREATE]


def documented(name: str) -> set[str]:
    """The codes that an operation may be answered."""
    contents = [response.get("content", {}) for response in OPERATIONS[name]["responses"].values()]
    return {code for one in contents for code in one.get("application/problem+json", {}).get("examples", {})}


async def ask(shop: Shop, name: str, json: object = None, **given: Any) -> httpx.Response:
    """Call an operation; what is not given is as in the document's examples."""
    operation = OPERATIONS[name]
    method, _, path = name.partition(" ")
    taken = {one["name"]: one["schema"]["examples"][0] for one in operation["parameters"] if one["in"] == "path"}
    place = path.format(**{**taken, **{part: given.pop(part) for part in taken if part in given}})
    if json is None and "requestBody" in operation and "content" not in given:
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        json = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]["examples"][0]
    return await shop.client.request(method, place, **{**({} if json is None else {"json": json}), **given})


class Failing:
    """A command bus on which everything fails alike."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def dispatch(self, _command: object, _context: Context) -> None:
        raise self._error


def _item(sku: str, quantity: int = 1) -> dict[str, object]:
    return {"sku": sku, "quantity": quantity}


def _order(*items: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"customer_id": str(uuid4()), "items": list(items), **more}


async def _delisted(shop: Shop) -> str:
    sku = await shop.product()
    await shop.rows("UPDATE products SET listed = false WHERE sku = %s RETURNING sku", sku)
    return sku


async def _full(shop: Shop) -> str:
    many = await shop.rows(
        "INSERT INTO products SELECT 'FULL-' || n, 1, 'Cup', 1, 'EUR', true, 9, 0, now()"
        " FROM generate_series(1, 500) n RETURNING sku"
    )
    return await shop.draft({row["sku"]: 1 for row in many})


async def _brimming(shop: Shop) -> str:
    sku = await shop.product()
    await shop.rows("UPDATE products SET on_hand = 1000000000000 WHERE sku = %s RETURNING sku", sku)
    return sku


async def _sold_out(shop: Shop) -> str:
    """A draft whose stock somebody else has taken since."""
    sku = await shop.product(1)
    draft = await shop.draft({sku: 1})
    await shop.confirmed({sku: 1})
    return draft


async def _beyond_the_stock(shop: Shop, name: str) -> httpx.Response:
    sku = await shop.product(1)
    draft = await shop.draft({sku: 1})
    if name == CHANGE:
        return await ask(shop, name, {"quantity": 2}, order_id=draft, sku=sku)
    return await ask(shop, name, _item(sku), order_id=draft)


async def _too_many(shop: Shop) -> httpx.Response:
    sku = await shop.product(20_000)
    return await ask(shop, ADD, _item(sku), order_id=await shop.draft({sku: 9_999}))


async def _foreign_item(shop: Shop, name: str) -> httpx.Response:
    sku, other = await shop.product(), await shop.product()
    if name == SHIP:
        return await ask(shop, name, {"items": [_item(other)]}, order_id=await shop.confirmed({sku: 1}))
    return await ask(shop, name, order_id=await shop.draft({sku: 1}), sku=other)


async def _more_than_ordered(shop: Shop) -> httpx.Response:
    sku = await shop.product()
    return await ask(shop, SHIP, {"items": [_item(sku, 2)]}, order_id=await shop.confirmed({sku: 1}))


async def _below_reserved(shop: Shop) -> httpx.Response:
    sku = await shop.product(5)
    await shop.confirmed({sku: 3})
    return await ask(shop, ADJUST, {"delta": -3, "reason": "lost"}, sku=sku)


async def _add(shop: Shop, sku: str) -> httpx.Response:
    return await ask(shop, ADD, _item(sku), order_id=await shop.draft({await shop.product(): 1}))


BY_RULES: Final[dict[str, list[Answers]]] = {
    CREATE: [
        lambda shop: ask(shop, CREATE, _order(_item("NOBODY"))),
        lambda shop: _then(_delisted(shop), lambda sku: ask(shop, CREATE, _order(_item(sku)))),
        lambda shop: _then(shop.product(), lambda sku: ask(shop, CREATE, _order(_item(sku), currency="JPY"))),
        lambda shop: _then(shop.product(1), lambda sku: ask(shop, CREATE, _order(_item(sku, 2)))),
        lambda shop: _then(
            shop.product(20_000), lambda sku: ask(shop, CREATE, _order(_item(sku, 9_999), _item(sku, 1)))
        ),
    ],
    ADD: [
        lambda shop: _add(shop, "NOBODY"),
        lambda shop: _then(_delisted(shop), lambda sku: _add(shop, sku)),
        lambda shop: _then(shop.product(currency="JPY"), lambda sku: _add(shop, sku)),
        lambda shop: _then(
            _full(shop), lambda full: _then(shop.product(), lambda sku: ask(shop, ADD, _item(sku), order_id=full))
        ),
        _too_many,
        lambda shop: _beyond_the_stock(shop, ADD),
    ],
    CHANGE: [lambda shop: _foreign_item(shop, CHANGE), lambda shop: _beyond_the_stock(shop, CHANGE)],
    REMOVE: [lambda shop: _foreign_item(shop, REMOVE)],
    CONFIRM: [
        lambda shop: _then(shop.draft(), lambda draft: ask(shop, CONFIRM, order_id=draft)),
        lambda shop: _then(
            shop.product(),
            lambda sku: _then(shop.draft({sku: 1}, address=False), lambda draft: ask(shop, CONFIRM, order_id=draft)),
        ),
        lambda shop: _then(_sold_out(shop), lambda draft: ask(shop, CONFIRM, order_id=draft)),
    ],
    SHIP: [lambda shop: _foreign_item(shop, SHIP), _more_than_ordered],
    DELIVER: [
        lambda shop: _then(
            shop.product(),
            lambda sku: _then(shop.confirmed({sku: 1}), lambda order: ask(shop, DELIVER, order_id=order)),
        )
    ],
    LIST: [lambda shop: _then(shop.product(currency="JPY"), lambda sku: ask(shop, LIST, sku=sku))],
    ADJUST: [
        lambda shop: ask(shop, ADJUST, sku="NOBODY"),
        lambda shop: _then(_brimming(shop), lambda sku: ask(shop, ADJUST, sku=sku)),
        _below_reserved,
    ],
}
"""What the rules refuse, beside what every change of an order is refused."""


async def _then(first: Awaitable[str], after: Callable[[str], Awaitable[httpx.Response]]) -> httpx.Response:
    return await after(await first)


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
    for name, asked in BY_RULES.items():
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
