"""Every refusal that a client can meet: its status, its code, its facts; and that nothing was written."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.integration.command_api.shop import ADDRESS, Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUP = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(shop: Shop) -> AsyncIterator["Refusals"]:
    """Asks that every call be refused, and that none of them leaves a trace."""
    yield Refusals(shop)


class Refusals:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def __call__(
        self, method: str, path: str, body: object, status: int, code: str, **facts: object
    ) -> dict[str, object]:
        before = await self._shop.footprint()
        problem = assert_problem(await self._shop.call(method, path, body), status, code)
        assert {name: problem[name] for name in facts} == facts
        assert await self._shop.footprint() == before
        return problem


async def test_want_of_stock_names_each_sku_with_what_was_asked_and_what_is_there(shop: Shop, quiet: Refusals) -> None:
    few, none, many = await shop.product(1), await shop.product(0), await shop.product(9)
    items = [{"sku": sku, "quantity": 2} for sku in (few, none, many)]
    short = [{"sku": few, "requested": 2, "available": 1}, {"sku": none, "requested": 2, "available": 0}]
    body = {"customer_id": str(uuid4()), "items": items}
    await quiet("POST", "/orders", body, 400, "insufficient_inventory", items=short)
    at = f"/orders/{await shop.draft({few: 1, many: 1})}/items"
    short = [{"sku": few, "requested": 2, "available": 1}]
    await quiet("POST", at, {"sku": few, "quantity": 1}, 400, "insufficient_inventory", items=short)
    await quiet("PUT", f"{at}/{few}", {"quantity": 2}, 400, "insufficient_inventory", items=short)


async def test_a_confirmation_that_lacks_one_sku_reserves_none(shop: Shop, quiet: Refusals) -> None:
    plenty, last = await shop.product(9), await shop.product(1)
    late = await shop.draft({plenty: 1, last: 1})
    await shop.confirmed({last: 1})
    short = [{"sku": last, "requested": 1, "available": 0}]
    await quiet("POST", f"/orders/{late}/confirm", None, 400, "insufficient_inventory", items=short)
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", plenty) == [{"reserved": 0}]


async def test_what_does_not_exist_is_not_found(shop: Shop, quiet: Refusals) -> None:
    missing = str(uuid4())
    for method, path, body in [
        ("POST", "/items", {"sku": "CUP", "quantity": 1}),
        ("PUT", "/items/CUP", {"quantity": 1}),
        ("DELETE", "/items/CUP", None),
        ("PUT", "/shipping-address", ADDRESS),
        ("POST", "/confirm", None),
        ("POST", "/cancel", {"reason": "none"}),
        ("DELETE", "", None),
        ("POST", "/shipments", {"items": [{"sku": "CUP", "quantity": 1}]}),
        ("POST", f"/shipments/{missing}/deliver", None),
    ]:
        await quiet(method, f"/orders/{missing}{path}", body, 404, "order_not_found", order_id=missing)
    body = {"delta": 1, "reason": "found"}
    await quiet("POST", "/products/NOBODY/stock-adjustments", body, 404, "product_not_found", sku="NOBODY")
    await quiet("GET", "/nothing", None, 404, "not_found")


async def test_items_and_shipments_that_the_order_does_not_have_are_not_found(shop: Shop, quiet: Refusals) -> None:
    sku, other = await shop.product(), await shop.product()
    draft, parcel = f"/orders/{await shop.draft({sku: 1})}", str(uuid4())
    await quiet("PUT", f"{draft}/items/{other}", {"quantity": 1}, 404, "item_not_found", sku=other)
    await quiet("DELETE", f"{draft}/items/{other}", None, 404, "item_not_found", sku=other)
    standing = f"/orders/{await shop.confirmed({sku: 1})}/shipments"
    body = {"items": [{"sku": other, "quantity": 1}]}
    await quiet("POST", standing, body, 404, "item_not_found", sku=other)
    await quiet("POST", f"{standing}/{parcel}/deliver", None, 404, "shipment_not_found", shipment_id=parcel)


async def test_an_empty_order_is_told_so_before_a_missing_address(shop: Shop, quiet: Refusals) -> None:
    empty = await shop.draft(address=False)
    problem = await quiet("POST", f"/orders/{empty}/confirm", None, 409, "empty_order")
    assert "Cannot confirm empty order" in str(problem["detail"])
    unaddressed = await shop.draft({await shop.product(): 1}, address=False)
    await quiet("POST", f"/orders/{unaddressed}/confirm", None, 409, "missing_address")


ALLOWED = {
    "DRAFT": {"add", "change", "remove", "move", "confirm", "discard"},
    "CONFIRMED": {"move", "cancel", "ship", "deliver"},
}


async def order_in(shop: Shop, state: str, sku: str) -> tuple[str, str]:
    """An order in this state, and the id of its parcel, or of none."""
    order_id, parcel = await shop.draft({sku: 1}), str(uuid4())
    if state in {"CONFIRMED", "CANCELLED", "COMPLETED"}:
        await shop.call("POST", f"/orders/{order_id}/confirm")
    match state:
        case "DISCARDED":
            await shop.call("DELETE", f"/orders/{order_id}")
        case "CANCELLED":
            await shop.call("POST", f"/orders/{order_id}/cancel", {"reason": "none"})
        case "COMPLETED":
            parcel = await shop.ship(order_id, {sku: 1})
            await shop.call("POST", f"/orders/{order_id}/shipments/{parcel}/deliver")
    return order_id, parcel


@pytest.mark.parametrize("state", ["DRAFT", "CONFIRMED", "DISCARDED", "CANCELLED", "COMPLETED"])
async def test_a_transition_that_the_state_forbids_names_the_state(shop: Shop, quiet: Refusals, state: str) -> None:
    sku = await shop.product()
    order_id, parcel = await order_in(shop, state, sku)
    calls: dict[str, tuple[str, str, object]] = {
        "add": ("POST", "/items", {"sku": sku, "quantity": 1}),
        "change": ("PUT", f"/items/{sku}", {"quantity": 3}),
        "remove": ("DELETE", f"/items/{sku}", None),
        "move": ("PUT", "/shipping-address", {**ADDRESS, "city": "Paris"}),
        "confirm": ("POST", "/confirm", None),
        "cancel": ("POST", "/cancel", {"reason": "none"}),
        "discard": ("DELETE", "", None),
        "ship": ("POST", "/shipments", {"items": [{"sku": sku, "quantity": 1}]}),
        "deliver": ("POST", f"/shipments/{parcel}/deliver", None),
    }
    for name in calls.keys() - ALLOWED.get(state, set()):
        method, path, body = calls[name]
        problem = await quiet(method, f"/orders/{order_id}{path}", body, 409, "illegal_transition", state=state)
        assert state in str(problem["detail"])


async def test_what_is_shipped_can_neither_be_cancelled_nor_sent_elsewhere(shop: Shop, quiet: Refusals) -> None:
    sku = await shop.product()
    order_id = await shop.confirmed({sku: 2})
    parcel = await shop.ship(order_id, {sku: 1})
    at, elsewhere = f"/orders/{order_id}", {**ADDRESS, "city": "Paris"}
    await quiet("POST", f"{at}/cancel", {"reason": "late"}, 409, "illegal_transition", state="CONFIRMED")
    await quiet("PUT", f"{at}/shipping-address", elsewhere, 409, "illegal_transition", state="CONFIRMED")
    facts = {"sku": sku, "requested": 2, "unshipped": 1}
    body = {"items": [{"sku": sku, "quantity": 2}]}
    await quiet("POST", f"{at}/shipments", body, 409, "shipment_exceeds_ordered", **facts)
    await shop.call("POST", f"{at}/shipments/{parcel}/deliver")
    await quiet("POST", f"{at}/shipments/{parcel}/deliver", None, 409, "illegal_transition", state="CONFIRMED")


async def test_limits_of_lines_and_quantities_are_kept(shop: Shop, quiet: Refusals) -> None:
    sku = await shop.product(20_000)
    order_id = await shop.draft({sku: 9_999})
    facts = {"sku": sku, "limit": 9_999}
    await quiet("POST", f"/orders/{order_id}/items", {"sku": sku, "quantity": 1}, 409, "quantity_limit", **facts)
    twice = {"customer_id": str(uuid4()), "items": [{"sku": sku, "quantity": 9_999}] * 2}
    await quiet("POST", "/orders", twice, 409, "quantity_limit", **facts)
    await shop.rows("UPDATE products SET on_hand = 1000000000000 WHERE sku = %s RETURNING sku", sku)
    body = {"delta": 1, "reason": "counted"}
    await quiet("POST", f"/products/{sku}/stock-adjustments", body, 409, "quantity_limit", limit=10**12)
    many = await shop.rows(
        "INSERT INTO products SELECT 'LINE-' || n, 1, 'Cup', 1, 'EUR', true, 9, 0, now()"
        " FROM generate_series(1, 501) n RETURNING sku"
    )
    *first, last = [row["sku"] for row in many]
    full = await shop.draft(dict.fromkeys(first, 1))
    await quiet("POST", f"/orders/{full}/items", {"sku": last, "quantity": 1}, 409, "line_limit", limit=500)


async def test_products_that_are_unknown_delisted_or_of_another_currency_are_refused(
    shop: Shop, quiet: Refusals
) -> None:
    euro, yen, gone = await shop.product(), await shop.product(currency="JPY"), await shop.product()
    await shop.rows("UPDATE products SET listed = false WHERE sku = %s RETURNING sku", gone)
    at = f"/orders/{await shop.draft({euro: 1})}/items"
    for sku, status, code in [
        ("NOBODY", 422, "unknown_product"),
        (yen, 422, "currency_mismatch"),
        (gone, 409, "product_delisted"),
    ]:
        item = {"sku": sku, "quantity": 1}
        await quiet("POST", at, item, status, code, sku=sku)
        body = {"customer_id": str(uuid4()), "currency": "EUR", "items": [item]}
        await quiet("POST", "/orders", body, status, code, sku=sku)
    await quiet("PUT", f"/products/{yen}", CUP, 422, "currency_mismatch", expected="JPY", actual="EUR")


async def test_stock_never_falls_below_what_orders_hold(shop: Shop, quiet: Refusals) -> None:
    sku = await shop.product(5)
    await shop.confirmed({sku: 3})
    body, facts = {"delta": -3, "reason": "lost"}, {"on_hand": 5, "reserved": 3, "delta": -3}
    await quiet("POST", f"/products/{sku}/stock-adjustments", body, 409, "stock_below_reserved", **facts)


async def test_a_state_that_was_stored_is_never_of_an_order_that_was_refused(shop: Shop) -> None:
    before = await shop.rows("SELECT count(*) AS orders FROM orders")
    body = {"customer_id": str(uuid4()), "items": [{"sku": "NOBODY", "quantity": 1}]}
    assert_problem(await shop.call("POST", "/orders", body), 422, "unknown_product")
    assert await shop.rows("SELECT count(*) AS orders FROM orders") == before
    assert await shop.rows("SELECT 1 AS x FROM orders WHERE order_id = %s", UUID(int=0)) == []
