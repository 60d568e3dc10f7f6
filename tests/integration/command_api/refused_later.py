"""What the rules refuse of discounts, charges, money, returns and notes: the later life of an order."""

from typing import Final
from uuid import uuid4

import httpx

from tests.integration.command_api.operations import (
    CANCEL_ITEM,
    DELIST,
    DISCOUNT,
    NO_CHARGE,
    NO_DISCOUNT,
    NOTE,
    PAY,
    RECEIVE,
    REFUND,
    REJECT,
    RETURN,
    SHIP,
    Answers,
    ask,
    item,
    then,
)
from tests.integration.command_api.shop import Shop


async def _twice(shop: Shop, name: str, order_id: str) -> httpx.Response:
    await ask(shop, name, order_id=order_id)
    return await ask(shop, name, order_id=order_id)


async def _one_too_many(shop: Shop, name: str, field: str, most: int) -> httpx.Response:
    """After as many as there may be; `field` tells one from the other."""
    order_id, more = await shop.draft(), {"percent_bp": 1} if name == DISCOUNT else {}
    for number in range(most):
        assert (await ask(shop, name, {field: f"N-{number}", **more}, order_id=order_id)).status_code == 200
    return await ask(shop, name, {field: "last", **more}, order_id=order_id)


_PARTS: Final = {
    PAY: ("payments", '{"reference": "again", "amount_cents": 1}'),
    REFUND: ("refunds", '{"reference": "again", "amount_cents": 1}'),
    SHIP: (
        "shipments",
        f'{{"shipment_id": "{uuid4()}", "items": [], "carrier": null, "tracking": null, "delivered": true}}',
    ),
    RETURN: ("returns", f'{{"return_id": "{uuid4()}", "items": [], "stage": "rejected"}}'),
}


async def _one_part_too_many(shop: Shop, name: str) -> httpx.Response:
    """Where an order has 500 of them; put there by hand, as that many calls take their time."""
    order_id = await shop.confirmed({await shop.product(): 1})
    await shop.rows(
        "UPDATE orders SET state = jsonb_set(state::jsonb, ARRAY[%s],"
        " (SELECT jsonb_agg(%s::jsonb) FROM generate_series(1, 500))) WHERE order_id = %s RETURNING order_id",
        *_PARTS[name],
        order_id,
    )
    return await ask(shop, name, order_id=order_id)


async def _of_a_foreign_sku(shop: Shop, name: str) -> httpx.Response:
    other, order_id = await shop.product(), await shop.confirmed({await shop.product(): 1})
    if name == CANCEL_ITEM:
        return await ask(shop, name, order_id=order_id, sku=other)
    return await ask(shop, name, {"items": [item(other)], "reason": "none"}, order_id=order_id)


async def _too_many_units(shop: Shop, name: str) -> httpx.Response:
    sku = await shop.product()
    order_id = await shop.confirmed({sku: 1})
    if name == CANCEL_ITEM:
        return await ask(shop, name, {"quantity": 2, "reason": "none"}, order_id=order_id, sku=sku)
    return await ask(shop, name, {"items": [item(sku)], "reason": "none"}, order_id=order_id)


async def _paid(shop: Shop) -> str:
    order_id = await shop.confirmed({await shop.product(price=10_000): 1})
    await ask(shop, PAY, order_id=order_id)
    return order_id


async def _beyond_the_shelf(shop: Shop) -> httpx.Response:
    sku = await shop.product()
    order_id = await shop.delivered({sku: 1})
    return_id = await shop.sent_back(order_id, {sku: 1})
    await shop.rows("UPDATE products SET on_hand = 1000000000000 WHERE sku = %s RETURNING sku", sku)
    return await ask(shop, RECEIVE, order_id=order_id, return_id=return_id)


def _on_a_draft(name: str) -> Answers:
    return lambda shop: then(shop.draft(), lambda order_id: ask(shop, name, order_id=order_id))


def _on_a_delivered_one(name: str) -> Answers:
    return lambda shop: then(
        shop.product(),
        lambda sku: then(shop.delivered({sku: 1}), lambda order_id: ask(shop, name, order_id=order_id)),
    )


LATER: Final[dict[str, list[Answers]]] = {
    DISCOUNT: [
        lambda shop: then(shop.draft(), lambda order_id: _twice(shop, DISCOUNT, order_id)),
        lambda shop: _one_too_many(shop, DISCOUNT, "code", 20),
        lambda shop: then(
            shop.draft(), lambda order_id: ask(shop, DISCOUNT, {"code": "V", "amount_cents": 1}, order_id=order_id)
        ),
    ],
    NO_DISCOUNT: [_on_a_draft(NO_DISCOUNT)],
    NO_CHARGE: [_on_a_draft(NO_CHARGE)],
    CANCEL_ITEM: [
        lambda shop: _of_a_foreign_sku(shop, CANCEL_ITEM),
        lambda shop: _too_many_units(shop, CANCEL_ITEM),
    ],
    PAY: [
        lambda shop: then(_paid(shop), lambda order_id: ask(shop, PAY, order_id=order_id)),
        _on_a_delivered_one(PAY),
        lambda shop: _one_part_too_many(shop, PAY),
    ],
    REFUND: [
        lambda shop: then(_paid(shop), lambda order_id: _twice(shop, REFUND, order_id)),
        _on_a_delivered_one(REFUND),
        lambda shop: _one_part_too_many(shop, REFUND),
    ],
    RETURN: [
        lambda shop: _of_a_foreign_sku(shop, RETURN),
        lambda shop: _too_many_units(shop, RETURN),
        lambda shop: _one_part_too_many(shop, RETURN),
    ],
    SHIP: [lambda shop: _one_part_too_many(shop, SHIP)],
    RECEIVE: [_on_a_delivered_one(RECEIVE), _beyond_the_shelf],
    REJECT: [_on_a_delivered_one(REJECT)],
    NOTE: [lambda shop: _one_too_many(shop, NOTE, "text", 100)],
    DELIST: [lambda shop: ask(shop, DELIST, sku="NOBODY")],
}
"""Beside what every change of an order is refused."""
