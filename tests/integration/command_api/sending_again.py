"""Commands that are sent again under their keys, and what is looked for in the answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import uuid4

import httpx

from tests.integration.command_api.shop import ADDRESS, Shop

CUP: Final = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}
OF_THE_REQUEST: Final = {"x-request-id", "idempotent-replayed"}
"""Headers that a replay has of its own."""

Call = tuple[str, str, object]
"""Method, path and body."""
Prepare = Callable[[Shop], Awaitable[Call]]
Send = Callable[[], Awaitable[httpx.Response]]


def new_key() -> str:
    """One that nobody has used."""
    return str(uuid4())


async def stored(shop: Shop) -> int:
    """How many answers are kept."""
    (row,) = await shop.rows("SELECT count(*) AS answers FROM idempotency_keys")
    return int(row["answers"])


def assert_replay(again: httpx.Response, first: httpx.Response) -> None:
    """The answer is the first one once more, byte by byte."""
    assert (again.status_code, again.content) == (first.status_code, first.content), again.text
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    headers = [
        {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
        for answer in (first, again)
    ]
    assert headers[0] == headers[1]


async def creation(shop: Shop) -> Call:
    """An order of one unit."""
    sku = await shop.product()
    body = {"customer_id": str(uuid4()), "items": [{"sku": sku, "quantity": 1}], "shipping_address": ADDRESS}
    return "POST", "/orders", body


async def addition(shop: Shop) -> Call:
    """A unit more in a draft."""
    sku = await shop.product()
    return "POST", f"/orders/{await shop.draft({sku: 1})}/items", {"sku": sku, "quantity": 1}


async def _nothing_new(shop: Shop) -> Call:
    sku = await shop.product()
    return "PUT", f"/orders/{await shop.draft({sku: 2})}/items/{sku}", {"quantity": 2}


async def _confirmation(shop: Shop) -> Call:
    return "POST", f"/orders/{await shop.draft({await shop.product(): 1})}/confirm", None


async def _discard(shop: Shop) -> Call:
    return "DELETE", f"/orders/{await shop.draft()}", None


async def shipment(shop: Shop) -> Call:
    """A parcel of one of two units."""
    sku = await shop.product()
    order = await shop.confirmed({sku: 2})
    return "POST", f"/orders/{order}/shipments", {"items": [{"sku": sku, "quantity": 1}]}


async def _listing(_shop: Shop) -> Call:
    return "PUT", f"/products/NEW-{uuid4().hex[:8]}", CUP


async def _same_listing(shop: Shop) -> Call:
    return "PUT", f"/products/{await shop.product()}", CUP


async def _delivery(shop: Shop) -> Call:
    return "POST", f"/products/{await shop.product()}/stock-adjustments", {"delta": 5, "reason": "delivery"}


async def _confirmation_of_nothing(shop: Shop) -> Call:
    return "POST", f"/orders/{await shop.draft()}/confirm", None


async def _confirmation_without_stock(shop: Shop) -> Call:
    sku = await shop.product(1)
    order = await shop.draft({sku: 1})
    await shop.confirmed({sku: 1})
    return "POST", f"/orders/{order}/confirm", None


async def _change_of_what_is_not_there(_shop: Shop) -> Call:
    return "POST", f"/orders/{uuid4()}/confirm", None


async def _order_of_what_is_not_there(_shop: Shop) -> Call:
    return "POST", "/orders", {"customer_id": str(uuid4()), "items": [{"sku": "NOBODY", "quantity": 1}]}


async def _theft(shop: Shop) -> Call:
    return "POST", f"/products/{await shop.product(5)}/stock-adjustments", {"delta": -6, "reason": "theft"}


KEPT: Final[dict[str, tuple[Prepare, int]]] = {
    "create": (creation, 201),
    "add": (addition, 200),
    "change nothing": (_nothing_new, 200),
    "confirm": (_confirmation, 200),
    "discard": (_discard, 200),
    "ship": (shipment, 201),
    "list": (_listing, 201),
    "list the same": (_same_listing, 200),
    "adjust": (_delivery, 200),
    "confirm nothing": (_confirmation_of_nothing, 409),
    "confirm without stock": (_confirmation_without_stock, 400),
    "confirm what is not there": (_change_of_what_is_not_there, 404),
    "order what is not there": (_order_of_what_is_not_there, 422),
    "take what is not there": (_theft, 409),
}
"""What is sent, after some preparation, and the status of its answer, which is kept."""


async def all_answered(sends: list[Send]) -> list[httpx.Response]:
    """Send all at once, and those again that are told that the first one is under way."""

    async def until_answered(send: Send) -> httpx.Response:
        async with asyncio.timeout(20):
            while (answer := await send()).status_code == 409 and answer.json()["code"] == "idempotency_key_in_flight":
                assert answer.headers["retry-after"] == "1"
                await asyncio.sleep(0.01)
        return answer

    return await asyncio.gather(*(until_answered(send) for send in sends))


async def orders_of(shop: Shop, customer_id: str) -> list[str]:
    """The orders that a customer has in the log."""
    found = await shop.rows("SELECT aggregate_id FROM outbox WHERE data->'data'->>'customer_id' = %s", customer_id)
    return [row["aggregate_id"] for row in found]
