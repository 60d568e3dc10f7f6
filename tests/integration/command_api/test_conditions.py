"""If-Match, and the order in which a request is looked at: form, existence, version, rules."""

from uuid import uuid4

import pytest

from command_api import composition
from command_api.settings import Settings
from tests.integration.command_api.shop import Shop, assert_problem, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUP = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}


async def test_a_change_of_the_present_version_is_made(shop: Shop) -> None:
    sku = await shop.product()
    order_id = await shop.draft({sku: 1})
    answer = await shop.call("PUT", f"/orders/{order_id}/items/{sku}", {"quantity": 2}, If_Match='"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    answer = await shop.call("PUT", f"/products/{sku}", {**CUP, "unit_price_cents": 1}, If_Match='"2"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize("version", ["2", "999999999999999999"])
async def test_a_stale_version_is_told_the_present_one(shop: Shop, version: str) -> None:
    sku = await shop.product()
    at = f"/orders/{await shop.draft({sku: 1})}"
    for method, path, body, current in [
        ("DELETE", at, None, 1),
        ("POST", f"{at}/confirm", None, 1),
        ("POST", f"{at}/items", {"sku": sku, "quantity": 1}, 1),
        ("PUT", f"/products/{sku}", CUP, 2),
        ("POST", f"/products/{sku}/stock-adjustments", {"delta": 1, "reason": "found"}, 2),
    ]:
        stale = '"1"' if version == str(current) else f'"{version}"'
        before = await shop.footprint()
        problem = assert_problem(await shop.call(method, path, body, If_Match=stale), 412, "stale_version")
        assert problem["current_version"] == current
        assert await shop.footprint() == before


async def test_a_product_that_is_not_there_yet_has_no_version_to_match(shop: Shop) -> None:
    sku = f"NEW-{uuid4().hex[:8]}"
    problem = assert_problem(await shop.call("PUT", f"/products/{sku}", CUP, If_Match='"1"'), 412, "stale_version")
    assert problem["current_version"] == 0
    assert await shop.log(sku) == []


@pytest.mark.parametrize(
    "tag", ["1", "'1'", '"0"', '"01"', '"-1"', '"1.0"', '"1","2"', 'W/"1"', '"x"', '""', '"' + "9" * 5_000 + '"', " "]
)
async def test_what_names_no_version_is_malformed(shop: Shop, tag: str) -> None:
    order_id = await shop.draft()
    assert_problem(await shop.call("DELETE", f"/orders/{order_id}", If_Match=tag), 400, "malformed_request")
    assert await shop.types(order_id) == ["OrderCreated"]


async def test_a_star_matches_any_version(shop: Shop) -> None:
    assert (await shop.call("DELETE", f"/orders/{await shop.draft()}", If_Match="*")).status_code == 200


async def test_where_a_version_is_required_a_change_without_one_is_told_so(database_url: str) -> None:
    settings = Settings(database_url=database_url, require_if_match=True)
    async with open_shop(composition.application(settings), database_url) as strict:
        order_id = await strict.draft()
        assert_problem(await strict.call("DELETE", f"/orders/{order_id}"), 428, "version_required")
        assert (await strict.call("DELETE", f"/orders/{order_id}", If_Match='"1"')).status_code == 200


async def test_the_form_is_looked_at_before_existence(shop: Shop) -> None:
    missing = f"/orders/{uuid4()}/items"
    bad = {"sku": "CUP", "quantity": 0}
    assert_problem(await shop.call("POST", missing, bad, If_Match='"7"'), 422, "validation_failed")
    good = {"sku": "CUP", "quantity": 1}
    assert_problem(await shop.call("POST", missing, good, If_Match="7"), 400, "malformed_request")


async def test_existence_is_looked_at_before_the_version(shop: Shop) -> None:
    answer = await shop.call("POST", f"/orders/{uuid4()}/confirm", If_Match='"7"')
    assert_problem(answer, 404, "order_not_found")
    body = {"delta": 1, "reason": "found"}
    answer = await shop.call("POST", "/products/NOBODY/stock-adjustments", body, If_Match='"7"')
    assert_problem(answer, 404, "product_not_found")


async def test_the_version_is_looked_at_before_the_rules(shop: Shop) -> None:
    order_id = await shop.draft()
    assert_problem(await shop.call("POST", f"/orders/{order_id}/confirm", If_Match='"7"'), 412, "stale_version")
    assert_problem(await shop.call("POST", f"/orders/{order_id}/confirm", If_Match='"1"'), 409, "empty_order")
    body = {"sku": "NOBODY", "quantity": 1}
    assert_problem(await shop.call("POST", f"/orders/{order_id}/items", body, If_Match='"7"'), 412, "stale_version")


async def test_a_request_id_is_taken_and_another_one_made_where_it_is_not_fit(shop: Shop) -> None:
    answer = await shop.call("DELETE", f"/orders/{await shop.draft()}", X_Request_Id="client-7.a_B")
    assert answer.headers["x-request-id"] == "client-7.a_B"
    for unfit in ("", "a b", "x" * 129, "é"):
        headers = {b"X-Request-Id": unfit.encode()}
        answer = await shop.client.request("DELETE", f"/api/v1/orders/{uuid4()}", headers=headers)
        assert len(answer.headers["x-request-id"]) == 36
        assert_problem(answer, 404, "order_not_found")


async def test_an_actor_that_is_no_plain_text_is_refused(shop: Shop) -> None:
    order_id = await shop.draft()
    for unfit in ("x" * 201, "é"):
        headers = {b"X-Actor": unfit.encode()}
        answer = await shop.client.request("DELETE", f"/api/v1/orders/{order_id}", headers=headers)
        assert_problem(answer, 400, "malformed_request")
