"""What a client may do with an order, over HTTP, and what it is answered."""

from uuid import UUID, uuid4

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, decode_token
from tests.integration.command_api.shop import ADDRESS, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


def assert_order_answer(answer: httpx.Response, status: int, order_id: str, version: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["etag"] == f'"{version}"'
    assert decode_token(answer.headers["consistency-token"]) == ConsistencyToken("order", order_id, version)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert answer.json()["order_id"] == order_id
    assert answer.json()["version"] == version


LIFE = [
    "OrderCreated",
    "OrderItemAdded",
    "OrderItemAdded",
    "OrderItemAdded",
    "OrderItemQuantityChanged",
    "OrderItemRemoved",
    "ShippingAddressSet",
    "OrderConfirmed",
    "OrderShipped",
    "OrderShipped",
    "ShipmentDelivered",
    "ShipmentDelivered",
    "OrderCompleted",
]


def calls_until_shipped(tea: str, cup: str) -> list[tuple[str, str, object, int]]:
    """Method, path below the order, body, and the status of the answer."""
    return [
        ("POST", "/items", {"sku": tea, "quantity": 2}, 200),
        ("POST", "/items", {"sku": cup, "quantity": 1}, 200),
        ("POST", "/items", {"sku": tea, "quantity": 1}, 200),
        ("PUT", f"/items/{tea}", {"quantity": 2}, 200),
        ("DELETE", f"/items/{cup}", None, 200),
        ("PUT", "/shipping-address", ADDRESS, 200),
        ("POST", "/confirm", None, 200),
        ("POST", "/shipments", {"items": [{"sku": tea, "quantity": 1}], "carrier": "DHL", "tracking": "T-1"}, 201),
        ("POST", "/shipments", {"items": [{"sku": tea, "quantity": 1}]}, 201),
    ]


async def test_an_order_lives_from_draft_to_completed(shop: Shop) -> None:
    tea, cup = await shop.product(), await shop.product()
    answer = await shop.call("POST", "/orders", {"customer_id": str(uuid4())})
    order_id = answer.json()["order_id"]
    at = f"/orders/{order_id}"
    assert_order_answer(answer, 201, order_id, 1)
    parcels = []
    for version, (method, path, body, status) in enumerate(calls_until_shipped(tea, cup), start=2):
        answer = await shop.call(method, at + path, body)
        assert_order_answer(answer, status, order_id, version)
        assert set(answer.json()) == {"order_id", "version"} | ({"shipment_id"} if status == 201 else set())
        parcels += [answer.json()["shipment_id"]] if status == 201 else []
    assert_order_answer(await shop.call("POST", f"{at}/shipments/{parcels[0]}/deliver"), 200, order_id, 11)
    assert_order_answer(await shop.call("POST", f"{at}/shipments/{parcels[1]}/deliver"), 200, order_id, 13)
    assert await shop.types(order_id) == LIFE
    (tea_left,) = await shop.rows("SELECT on_hand, reserved FROM products WHERE sku = %s", tea)
    assert tea_left == {"on_hand": 98, "reserved": 0}
    (stored,) = await shop.rows("SELECT status, version FROM orders WHERE order_id = %s", UUID(order_id))
    assert stored == {"status": "COMPLETED", "version": 13}


@pytest.mark.parametrize(("prefix", "location"), [("/api/v1", "/api/v1"), ("/commands", "/queries")])
async def test_location_says_where_the_order_will_be_found(shop: Shop, prefix: str, location: str) -> None:
    answer = await shop.client.post(f"{prefix}/orders", json={"customer_id": str(uuid4())})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{location}/orders/{answer.json()['order_id']}"


async def test_every_call_answers_under_commands_too(shop: Shop) -> None:
    sku = f"CMD-{uuid4().hex[:8]}"
    body = {"name": "Cup", "unit_price_cents": 1, "currency": "EUR"}
    assert (await shop.client.put(f"/commands/products/{sku}", json=body)).status_code == 201
    order_id = await shop.draft()
    answer = await shop.client.request("DELETE", f"/commands/orders/{order_id}")
    assert_order_answer(answer, 200, order_id, 2)


async def test_ids_are_uuids_of_version_7(shop: Shop) -> None:
    sku = await shop.product()
    order_id = await shop.confirmed({sku: 1})
    assert UUID(order_id).version == 7
    assert UUID(await shop.ship(order_id, {sku: 1})).version == 7


async def test_a_cancelled_order_gives_its_stock_back(shop: Shop) -> None:
    sku = await shop.product(5)
    order_id = await shop.confirmed({sku: 5})
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 5}]
    answer = await shop.call("POST", f"/orders/{order_id}/cancel", {"reason": "changed my mind"})
    assert_order_answer(answer, 200, order_id, 3)
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 0}]
    assert await shop.types(sku) == ["ProductListed", "StockAdjusted", "StockReserved", "StockReleased"]


async def test_a_discarded_draft_held_nothing(shop: Shop) -> None:
    sku = await shop.product(5)
    order_id = await shop.draft({sku: 5})
    assert_order_answer(await shop.call("DELETE", f"/orders/{order_id}"), 200, order_id, 2)
    assert await shop.types(order_id) == ["OrderCreated", "OrderDiscarded"]
    assert await shop.types(sku) == ["ProductListed", "StockAdjusted"]


async def test_what_changes_nothing_answers_with_the_present_version_and_writes_nothing(shop: Shop) -> None:
    sku = await shop.product()
    order_id = await shop.draft({sku: 2})
    before = await shop.footprint()
    same = await shop.call("PUT", f"/orders/{order_id}/items/{sku}", {"quantity": 2})
    assert_order_answer(same, 200, order_id, 1)
    assert_order_answer(await shop.call("PUT", f"/orders/{order_id}/shipping-address", ADDRESS), 200, order_id, 1)
    assert await shop.footprint() == before


async def test_the_currency_is_that_of_the_first_item_or_the_house(shop: Shop) -> None:
    yen = await shop.product(currency="JPY")
    in_yen, bare = await shop.draft({yen: 1}), await shop.draft()
    stored = [(await shop.log(order_id))[0]["data"]["data"]["currency"] for order_id in (in_yen, bare)]
    assert stored == ["JPY", "EUR"]


async def test_a_line_keeps_the_price_of_the_moment_it_was_added(shop: Shop) -> None:
    sku = await shop.product(price=250)
    order_id = await shop.draft({sku: 1})
    body = {"name": "Cup", "unit_price_cents": 999, "currency": "EUR"}
    assert (await shop.call("PUT", f"/products/{sku}", body)).status_code == 200
    await shop.call("POST", f"/orders/{order_id}/items", {"sku": sku, "quantity": 1})
    (line,) = (await shop.log(order_id))[-1]["data"]["data"]["lines"]
    assert (line["unit_price_cents"], line["quantity"]) == (250, 2)


async def test_a_shipment_that_names_a_sku_twice_is_one_line_of_the_parcel(shop: Shop) -> None:
    sku = await shop.product(5)
    order_id = await shop.confirmed({sku: 3})
    body = {"items": [{"sku": sku, "quantity": 1}, {"sku": sku, "quantity": 2}]}
    assert (await shop.call("POST", f"/orders/{order_id}/shipments", body)).status_code == 201
    (item,) = (await shop.log(order_id))[-1]["data"]["data"]["items"]
    assert (item["line_number"], item["sku"], item["quantity"]) == (1, sku, 3)


async def test_the_address_may_change_until_something_is_shipped(shop: Shop) -> None:
    sku = await shop.product(5)
    order_id = await shop.confirmed({sku: 2})
    moved = {**ADDRESS, "line1": "1 New Street"}
    answer = await shop.call("PUT", f"/orders/{order_id}/shipping-address", moved)
    assert_order_answer(answer, 200, order_id, 3)


async def test_an_empty_object_is_no_body(shop: Shop) -> None:
    order_id = await shop.draft()
    assert_order_answer(await shop.call("DELETE", f"/orders/{order_id}", {}), 200, order_id, 2)
