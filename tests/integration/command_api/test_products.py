"""What a client may do with a product, over HTTP, and the pages that describe it all."""

from uuid import uuid4

import pytest

from orders_contracts.consistency import ConsistencyToken, decode_token
from tests.integration.command_api.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUP = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}


async def test_a_product_is_listed_then_changed_then_left_as_it_is(shop: Shop) -> None:
    sku = f"CUP-{uuid4().hex[:8]}"
    cheaper = {**CUP, "unit_price_cents": 199}
    ends = []
    for body in (CUP, cheaper, cheaper):
        answer = await shop.call("PUT", f"/products/{sku}", body)
        version = answer.json()["version"]
        assert answer.json() == {"sku": sku, "version": version}
        assert answer.headers["etag"] == f'"{version}"'
        assert decode_token(answer.headers["consistency-token"]) == ConsistencyToken("product", sku, version)
        assert "location" not in answer.headers
        ends.append((answer.status_code, version))
    assert ends == [(201, 1), (200, 2), (200, 2)]
    assert await shop.types(sku) == ["ProductListed", "ProductChanged"]


async def test_stock_comes_and_goes_and_zero_is_silent(shop: Shop) -> None:
    sku = await shop.product(0)
    versions = []
    for delta in (10, -4, 0):
        body = {"delta": delta, "reason": "counted"}
        versions.append((await shop.call("POST", f"/products/{sku}/stock-adjustments", body)).json()["version"])
    assert versions == [2, 3, 3]
    assert await shop.rows("SELECT on_hand FROM products WHERE sku = %s", sku) == [{"on_hand": 6}]


async def test_case_counts_in_a_sku(shop: Shop) -> None:
    name = uuid4().hex[:8]
    for sku in (f"a{name}", f"A{name}"):
        assert (await shop.call("PUT", f"/products/{sku}", CUP)).status_code == 201


@pytest.mark.parametrize("sku", ["A" * 64, "0", "a.b-c_d"])
async def test_the_outer_forms_of_a_sku_are_taken(shop: Shop, sku: str) -> None:
    assert (await shop.call("PUT", f"/products/{sku}", CUP)).status_code == 201


@pytest.mark.parametrize("path", ["/docs", "/docs/problems"])
async def test_the_documentation_needs_nothing_from_elsewhere(shop: Shop, path: str) -> None:
    page = await shop.client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_the_type_of_a_problem_leads_to_what_it_means(shop: Shop) -> None:
    problem = (await shop.call("POST", "/products/NOBODY/stock-adjustments", {"delta": 1, "reason": "x"})).json()
    path, _, anchor = problem["type"].partition("#")
    page = (await shop.client.get(path)).text
    section = page.partition(f'<section id="{anchor}">')[2].partition("</section>")[0]
    assert problem["title"] in section
    assert f"<code>{problem['code']}</code>" in section


async def test_openapi_names_every_command_once_and_its_problems(shop: Shop) -> None:
    document = (await shop.client.get("/openapi.json")).json()
    calls = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    order = "/api/v1/orders/{order_id}"
    assert calls == {
        ("POST", "/api/v1/orders"),
        ("DELETE", order),
        ("POST", f"{order}/items"),
        ("PUT", f"{order}/items/{{sku}}"),
        ("DELETE", f"{order}/items/{{sku}}"),
        ("PUT", f"{order}/shipping-address"),
        ("POST", f"{order}/confirm"),
        ("POST", f"{order}/cancel"),
        ("POST", f"{order}/shipments"),
        ("POST", f"{order}/shipments/{{shipment_id}}/deliver"),
        ("POST", f"{order}/discounts"),
        ("DELETE", f"{order}/discounts/{{code}}"),
        ("PUT", f"{order}/charges/{{kind}}"),
        ("DELETE", f"{order}/charges/{{kind}}"),
        ("POST", f"{order}/review/approve"),
        ("POST", f"{order}/review/decline"),
        ("POST", f"{order}/items/{{sku}}/cancel"),
        ("POST", f"{order}/payments"),
        ("POST", f"{order}/refunds"),
        ("POST", f"{order}/returns"),
        ("POST", f"{order}/returns/{{return_id}}/receive"),
        ("POST", f"{order}/returns/{{return_id}}/reject"),
        ("POST", f"{order}/notes"),
        ("PUT", "/api/v1/products/{sku}"),
        ("DELETE", "/api/v1/products/{sku}"),
        ("POST", "/api/v1/products/{sku}/stock-adjustments"),
    }
    for item in document["paths"].values():
        for operation in item.values():
            assert {"400", "413", "415", "422", "500", "503"} <= set(operation["responses"])
            assert set(operation["responses"]["422"]["content"]) == {"application/problem+json"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_process_says_that_it_lives_and_is_ready_and_what_it_did(shop: Shop) -> None:
    await shop.product()
    live, ready, figures = [await shop.client.get(path) for path in ("/livez", "/readyz", "/metrics")]
    assert live.status_code == 200
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
    assert 'commands_total{command="ListProduct",outcome="succeeded"}' in figures.text
    assert "command_seconds_bucket" in figures.text
