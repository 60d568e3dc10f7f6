"""What the rules refuse of drafts, parcels and products, beside what every change of an order is refused."""

from typing import Final

import httpx

from tests.integration.command_api.operations import (
    ADD,
    ADJUST,
    CHANGE,
    CONFIRM,
    CREATE,
    DELIVER,
    LIST,
    REMOVE,
    SHIP,
    Answers,
    ask,
    item,
    order,
    then,
)
from tests.integration.command_api.shop import Shop


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
    return await ask(shop, name, item(sku), order_id=draft)


async def _too_many(shop: Shop) -> httpx.Response:
    sku = await shop.product(20_000)
    return await ask(shop, ADD, item(sku), order_id=await shop.draft({sku: 9_999}))


async def _foreign_item(shop: Shop, name: str) -> httpx.Response:
    sku, other = await shop.product(), await shop.product()
    if name == SHIP:
        return await ask(shop, name, {"items": [item(other)]}, order_id=await shop.confirmed({sku: 1}))
    return await ask(shop, name, order_id=await shop.draft({sku: 1}), sku=other)


async def _more_than_ordered(shop: Shop) -> httpx.Response:
    sku = await shop.product()
    return await ask(shop, SHIP, {"items": [item(sku, 2)]}, order_id=await shop.confirmed({sku: 1}))


async def _below_reserved(shop: Shop) -> httpx.Response:
    sku = await shop.product(5)
    await shop.confirmed({sku: 3})
    return await ask(shop, ADJUST, {"delta": -3, "reason": "lost"}, sku=sku)


async def _add(shop: Shop, sku: str) -> httpx.Response:
    return await ask(shop, ADD, item(sku), order_id=await shop.draft({await shop.product(): 1}))


BY_RULES: Final[dict[str, list[Answers]]] = {
    CREATE: [
        lambda shop: ask(shop, CREATE, order(item("NOBODY"))),
        lambda shop: then(_delisted(shop), lambda sku: ask(shop, CREATE, order(item(sku)))),
        lambda shop: then(shop.product(), lambda sku: ask(shop, CREATE, order(item(sku), currency="JPY"))),
        lambda shop: then(shop.product(1), lambda sku: ask(shop, CREATE, order(item(sku, 2)))),
        lambda shop: then(shop.product(20_000), lambda sku: ask(shop, CREATE, order(item(sku, 9_999), item(sku, 1)))),
    ],
    ADD: [
        lambda shop: _add(shop, "NOBODY"),
        lambda shop: then(_delisted(shop), lambda sku: _add(shop, sku)),
        lambda shop: then(shop.product(currency="JPY"), lambda sku: _add(shop, sku)),
        lambda shop: then(
            _full(shop), lambda full: then(shop.product(), lambda sku: ask(shop, ADD, item(sku), order_id=full))
        ),
        _too_many,
        lambda shop: _beyond_the_stock(shop, ADD),
    ],
    CHANGE: [lambda shop: _foreign_item(shop, CHANGE), lambda shop: _beyond_the_stock(shop, CHANGE)],
    REMOVE: [lambda shop: _foreign_item(shop, REMOVE)],
    CONFIRM: [
        lambda shop: then(shop.draft(), lambda draft: ask(shop, CONFIRM, order_id=draft)),
        lambda shop: then(
            shop.product(),
            lambda sku: then(shop.draft({sku: 1}, address=False), lambda draft: ask(shop, CONFIRM, order_id=draft)),
        ),
        lambda shop: then(_sold_out(shop), lambda draft: ask(shop, CONFIRM, order_id=draft)),
    ],
    SHIP: [lambda shop: _foreign_item(shop, SHIP), _more_than_ordered],
    DELIVER: [
        lambda shop: then(
            shop.product(),
            lambda sku: then(shop.confirmed({sku: 1}), lambda order_id: ask(shop, DELIVER, order_id=order_id)),
        )
    ],
    LIST: [lambda shop: then(shop.product(currency="JPY"), lambda sku: ask(shop, LIST, sku=sku))],
    ADJUST: [
        lambda shop: ask(shop, ADJUST, sku="NOBODY"),
        lambda shop: then(_brimming(shop), lambda sku: ask(shop, ADJUST, sku=sku)),
        _below_reserved,
    ],
}
"""What the rules refuse, beside what every change of an order is refused."""
