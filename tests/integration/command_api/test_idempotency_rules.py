"""Which requests are the same one again, what is kept of them and what is not, over HTTP on a real Postgres."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from command_api import composition
from command_api.settings import Settings
from tests.integration.command_api.sending_again import addition, assert_replay, new_key, shipment, stored
from tests.integration.command_api.shop import Shop, assert_problem, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_shipment_that_is_sent_again_has_the_id_of_the_first(shop: Shop) -> None:
    method, path, body = await shipment(shop)
    key = new_key()
    first, again = [await shop.call(method, path, body, Idempotency_Key=key) for _ in range(2)]
    assert first.json()["shipment_id"] == again.json()["shipment_id"]
    assert (await shop.call(method, path, body, Idempotency_Key=new_key())).json()["shipment_id"] != (
        first.json()["shipment_id"]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {**body, "quantity": 2},
        lambda body: {**body, "sku": "OTHER"},
    ],
)
async def test_other_content_under_the_same_key_is_refused(
    shop: Shop, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    method, path, body = await addition(shop)
    assert isinstance(body, dict)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    footprint = await shop.footprint()
    answer = await shop.call(method, path, change(body), Idempotency_Key=key)
    assert_problem(answer, 422, "idempotency_key_reused")
    assert await shop.footprint() == footprint
    assert_replay(await shop.call(method, path, body, Idempotency_Key=key), first)


async def test_another_order_under_the_same_key_and_operation_is_other_content(shop: Shop) -> None:
    key = new_key()
    one, other = await shop.draft(), await shop.draft()
    assert (await shop.call("DELETE", f"/orders/{one}", Idempotency_Key=key)).status_code == 200
    assert_problem(await shop.call("DELETE", f"/orders/{other}", Idempotency_Key=key), 422, "idempotency_key_reused")
    assert await shop.types(other) == ["OrderCreated"]


async def test_the_order_of_fields_and_a_null_are_no_other_content(shop: Shop) -> None:
    sku, customer, key = await shop.product(), str(uuid4()), new_key()
    first = await shop.call(
        "POST", "/orders", {"customer_id": customer, "items": [{"sku": sku, "quantity": 1}]}, Idempotency_Key=key
    )
    body = {"items": [{"quantity": 1, "sku": sku}], "reference": None, "customer_id": customer.upper()}
    assert_replay(await shop.call("POST", "/orders", body, Idempotency_Key=key), first)


async def test_a_key_is_good_for_one_caller_and_one_operation(shop: Shop) -> None:
    key, sku = new_key(), await shop.product()
    order = await shop.draft({sku: 1})
    item = {"sku": sku, "quantity": 2}
    answers = [
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key),
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key, X_Actor="ada"),
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key, X_Actor="bob"),
        await shop.call("PUT", f"/orders/{order}/items/{sku}", {"quantity": 2}, Idempotency_Key=key),
        await shop.call("DELETE", f"/orders/{order}/items/{sku}", Idempotency_Key=key),
    ]
    assert [answer.json()["version"] for answer in answers] == [2, 3, 4, 5, 6]


async def test_a_key_is_the_same_bare_and_quoted_and_at_both_addresses(shop: Shop) -> None:
    method, path, body = await addition(shop)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    assert_replay(await shop.call(method, path, body, Idempotency_Key=f'"{key}"'), first)
    headers = {"Idempotency-Key": key}
    assert_replay(await shop.client.request(method, f"/commands{path}", json=body, headers=headers), first)


@pytest.mark.parametrize("key", ["", '""', '"', "x" * 256, "a\tb", "é".encode()], ids=repr)
async def test_what_is_no_key_is_malformed_and_changes_nothing(shop: Shop, key: str | bytes) -> None:
    footprint = await shop.footprint()
    headers = {b"Idempotency-Key": key.encode() if isinstance(key, str) else key}
    answer = await shop.client.post("/api/v1/orders", json={"customer_id": str(uuid4())}, headers=headers)
    assert_problem(answer, 400, "malformed_request")
    assert await shop.footprint() == footprint


async def test_faults_of_form_are_not_kept(shop: Shop) -> None:
    method, path, body = await addition(shop)
    assert isinstance(body, dict)
    key, before = new_key(), await stored(shop)
    bad = await shop.call(method, path, {**body, "quantity": 0}, Idempotency_Key=key)
    assert_problem(bad, 422, "validation_failed")
    assert_problem(await shop.call(method, path, body, Idempotency_Key=key, If_Match="x"), 400, "malformed_request")
    assert await stored(shop) == before
    assert (await shop.call(method, path, body, Idempotency_Key=key)).status_code == 200


async def test_a_stale_version_is_not_kept_but_a_success_is_told_whatever_the_version_is_now(shop: Shop) -> None:
    method, path, body = await addition(shop)
    key = new_key()
    stale = await shop.call(method, path, body, Idempotency_Key=key, If_Match='"7"')
    assert_problem(stale, 412, "stale_version")
    first = await shop.call(method, path, body, Idempotency_Key=key, If_Match='"1"')
    assert first.status_code == 200
    assert_replay(await shop.call(method, path, body, Idempotency_Key=key, If_Match='"1"'), first)
    sku = await shop.product()
    adjust, delivery = f"/products/{sku}/stock-adjustments", {"delta": 5, "reason": "delivery"}
    first = await shop.call("POST", adjust, delivery, Idempotency_Key=key, If_Match='"2"')
    assert first.status_code == 200
    assert_replay(await shop.call("POST", adjust, delivery, Idempotency_Key=key, If_Match='"2"'), first)


async def test_the_first_answer_is_told_after_the_world_has_moved_on(shop: Shop) -> None:
    sku = await shop.product(1)
    order = await shop.draft({sku: 1})
    key, late = new_key(), new_key()
    first = await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=key)
    refused = await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=late)
    assert_problem(refused, 409, "illegal_transition")
    await shop.call("POST", f"/orders/{order}/cancel", {"reason": "moved on"})
    assert_replay(await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=key), first)
    assert_replay(await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=late), refused)


async def test_a_key_that_somebody_holds_is_in_flight(shop: Shop, replicas: list[Shop]) -> None:
    """Another process has claimed the key, and has not committed."""
    method, path, body = await addition(shop)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    (row,) = await shop.rows("SELECT scope FROM idempotency_keys ORDER BY answered_at DESC LIMIT 1")
    lock = int.from_bytes(bytes(row["scope"])[:8], signed=True)
    await shop.rows("DELETE FROM idempotency_keys WHERE scope = %s RETURNING 1 AS one", row["scope"])
    async with replicas[1].database.transaction():
        await replicas[1].rows("SELECT pg_advisory_xact_lock(%s)", lock)
        footprint = await shop.footprint()
        answer = await shop.call(method, path, body, Idempotency_Key=key)
        assert_problem(answer, 409, "idempotency_key_in_flight")
        assert answer.headers["retry-after"] == "1"
        assert await shop.footprint() == footprint
    again = await shop.call(method, path, body, Idempotency_Key=key)
    assert again.json()["version"] == first.json()["version"] + 1


async def test_where_a_key_is_required_a_command_without_one_is_told_so(database_url: str) -> None:
    settings = Settings(database_url=database_url, require_idempotency_key=True)
    async with open_shop(composition.application(settings), database_url) as strict:
        body = {"customer_id": str(uuid4())}
        problem = assert_problem(await strict.call("POST", "/orders", body), 400, "malformed_request")
        assert problem["detail"] == "Send Idempotency-Key, with a key that is new for each command."
        assert (await strict.call("POST", "/orders", body, Idempotency_Key=new_key())).status_code == 201
